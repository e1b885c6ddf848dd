// Who walks the journey of a sign-in, and which ways. Together they walk every edge of journey.json; journey.test.mjs sees that none is left.
//
// A visit is one browser. Its ways are walked one after another: `[what the service asks, 'Step > act > Step …']`. Of what a service asks:
// `consent` for data that have to be agreed to, `posts` for the post in which somebody acts, `login` and `select` for a fresh sign-in and
// the choice of an account, `max-age` for a sign-in of the last minute, `aal2` and `aal3` for a level that must be reached, `wanted` for one
// that would be welcome, `expects` for somebody else than who comes. Between them: `forget` (who was signed in is not any more) and `wait`
// (six minutes: nothing that was proved is fresh).

/** Ways that need no script. */
const plain = (prefix) => [
  {
    title: 'somebody with a password',
    who: { login: `${prefix}binh`, name: 'Trần Thị Bình' },
    ways: [
      ['', 'SignIn > turn back > Refused'],
      ['', 'SignIn > password > Finish'],
      ['', 'Finish'],
      ['aal3', 'Unmet'],
      ['consent', 'Consent > turn back > Refused'],
      ['consent', 'Consent > agree > Finish'],
      ['select', 'SelectAccount > turn back > Refused'],
      ['select', 'SelectAccount > continue > Finish'],
      ['select', 'SelectAccount > password > Finish'],
      ['select consent', 'SelectAccount > continue > Consent'],
      ['select consent', 'SelectAccount > password > Consent'],
      ['select login', 'SelectAccount > continue > Reauthenticate'],
      ['select expects', 'SelectAccount > continue > SignIn'],
      ['select expects', 'SelectAccount > password > WrongPerson'],
      ['select aal2', 'SelectAccount > continue > CreatePasskey'],
      ['select aal2', 'SelectAccount > password > CreatePasskey'],
      ['login', 'Reauthenticate > turn back > Refused'],
      ['login', 'Reauthenticate > password > Finish'],
      ['login consent', 'Reauthenticate > password > Consent'],
      ['aal2', 'CreatePasskey > turn back > Refused'],
      'wait',
      ['max-age', 'Reauthenticate > password > Finish'],
      'wait',
      ['aal2', 'Reauthenticate > password > CreatePasskey > half an hour > Expired'],
      ['consent', 'SignIn > password > Consent > half an hour > Expired'],
      ['aal2', 'SignIn > password > CreatePasskey'],
      ['expects', 'SignIn > password > WrongPerson'],
      ['login', 'Reauthenticate > half an hour > Expired'],
      ['', 'SignIn > password > Finish'],
      ['select', 'SelectAccount > half an hour > Expired'],
      ['', 'SignIn > half an hour > Expired'],
    ],
  },
  {
    title: 'somebody with an app for codes',
    who: { login: `${prefix}chi`, name: 'Lê Thị Chi' },
    has: 'app',
    ways: [
      ['aal2', 'StepUp > turn back > Refused'],
      ['wanted', 'StepUp > go on without > Finish'],
      ['wanted consent', 'StepUp > go on without > Consent'],
      ['aal2', 'StepUp > password > SecondFactor > begin again > StepUp > password > SecondFactor > second factor > Finish'],
      ['login', 'Reauthenticate > password > SecondFactor > begin again > Reauthenticate'],
      ['select', 'SelectAccount > password > SecondFactor > begin again > SelectAccount'],
      'forget',
      ['', 'SignIn > password > SecondFactor > turn back > Refused'],
      ['', 'SignIn > password > SecondFactor > begin again > SignIn'],
      ['consent', 'SignIn > password > SecondFactor > second factor > Consent'],
      'forget',
      ['expects', 'SignIn > password > SecondFactor > second factor > WrongPerson'],
      'forget',
      ['', 'SignIn > password > SecondFactor > half an hour > Expired'],
    ],
  },
  {
    title: 'somebody who has a passkey elsewhere and comes with the password',
    who: { login: `${prefix}dung`, name: 'Phạm Văn Dũng' },
    has: 'session by passkey',
    ways: [
      ['login wanted', 'Reauthenticate > password > StepUp'],
      ['login wanted', 'StepUp > go on without > Reauthenticate'],
      ['select aal2', 'SelectAccount > continue > StepUp'],
      ['select aal2', 'SelectAccount > password > StepUp'],
      'forget',
      ['aal2', 'SignIn > password > StepUp > turn back > Refused'],
      ['aal2', 'StepUp > half an hour > Expired'],
    ],
  },
  {
    title: 'somebody who needs more than a password and sets an app up',
    who: { login: `${prefix}yen`, name: 'Cao Hải Yến' },
    ways: [['aal2', 'SignIn > password > CreatePasskey > app set up > StepUp > password > SecondFactor > second factor > Finish']],
  },
  {
    title: 'an official with two posts',
    who: { login: `${prefix}giang`, name: 'Vũ Hương Giang', official: true },
    ways: [
      ['posts', 'SignIn > password > ChoosePost > turn back > Refused'],
      ['posts', 'ChoosePost > post chosen > Finish'],
      ['posts consent', 'ChoosePost > post chosen > Consent'],
      ['posts login', 'ChoosePost > post chosen > Reauthenticate'],
      ['posts aal2', 'ChoosePost > post chosen > CreatePasskey'],
      ['posts select', 'SelectAccount > continue > ChoosePost'],
      ['posts select', 'SelectAccount > password > ChoosePost'],
      ['posts', 'ChoosePost > half an hour > Expired'],
    ],
  },
  {
    title: 'an official with two posts and an app for codes',
    who: { login: `${prefix}hai`, name: 'Đỗ Minh Hải', official: true },
    has: 'app',
    ways: [
      ['posts aal2', 'ChoosePost > post chosen > StepUp'],
      'forget',
      ['posts', 'SignIn > password > SecondFactor > second factor > ChoosePost'],
    ],
  },
];

/** Ways that need a script, because a passkey does. */
const withPasskeys = (prefix) => [
  {
    title: 'somebody with a passkey',
    who: { login: `${prefix}khanh`, name: 'Ngô Quốc Khánh' },
    has: 'passkey',
    ways: [
      ['aal2', 'StepUp > passkey > Finish'],
      'forget',
      ['', 'SignIn > passkey > Finish'],
      ['select', 'SelectAccount > passkey > Finish'],
      ['select consent', 'SelectAccount > passkey > Consent'],
      ['select expects', 'SelectAccount > passkey > WrongPerson'],
      ['login', 'Reauthenticate > passkey > Finish'],
      ['login consent', 'Reauthenticate > passkey > Consent'],
      'forget',
      ['consent', 'SignIn > passkey > Consent'],
      'forget',
      ['expects', 'SignIn > passkey > WrongPerson'],
      'forget',
      ['aal2 consent', 'SignIn > password > StepUp > passkey > Consent'],
    ],
  },
  {
    title: 'an official with two posts and a passkey',
    who: { login: `${prefix}lam`, name: 'Bùi Tùng Lâm', official: true },
    has: 'passkey',
    ways: [
      'forget',
      ['posts', 'SignIn > passkey > ChoosePost'],
      ['posts select', 'SelectAccount > passkey > ChoosePost'],
    ],
  },
  {
    title: 'somebody who is offered a passkey and makes it',
    who: { login: `${prefix}mai`, name: 'Hoàng Thị Mai' },
    has: 'device',
    ways: [
      ['', 'SignIn > password > OfferPasskey'],
      ['login', 'Reauthenticate > password > OfferPasskey'],
      ['select', 'SelectAccount > password > OfferPasskey'],
      ['login consent', 'Reauthenticate > password > Consent > agree > OfferPasskey'],
      ['login', 'Reauthenticate > password > OfferPasskey > half an hour > Expired'],
      ['', 'SignIn > password > OfferPasskey > passkey made > Finish'],
    ],
  },
  {
    title: 'somebody who is offered a passkey and wants none now',
    who: { login: `${prefix}nam`, name: 'Đặng Hoài Nam' },
    has: 'device',
    ways: [['', 'SignIn > password > OfferPasskey > later > Finish']],
  },
  {
    title: 'somebody who needs a passkey and makes it',
    who: { login: `${prefix}oanh`, name: 'Dương Kim Oanh' },
    has: 'device',
    ways: [['aal2', 'SignIn > password > CreatePasskey > passkey made > StepUp > passkey > Finish']],
  },
  {
    title: 'somebody who makes the passkey that a service would welcome',
    who: { login: `${prefix}tam`, name: 'Trịnh Minh Tâm' },
    has: 'device',
    ways: [['wanted', 'SignIn > password > OfferPasskey > passkey made > StepUp > passkey > Finish']],
  },
  {
    title: 'an official whose browser keeps passkeys',
    who: { login: `${prefix}phuc`, name: 'Lý Hồng Phúc', official: true },
    has: 'device',
    ways: [['posts', 'SignIn > password > ChoosePost > post chosen > OfferPasskey']],
  },
  {
    title: 'somebody with an app whose browser keeps passkeys',
    who: { login: `${prefix}quyen`, name: 'Mai Tố Quyên' },
    has: 'app and device',
    ways: ['forget', ['', 'SignIn > password > SecondFactor > second factor > OfferPasskey']],
  },
];

/** Every visit of a walk, with a service for each of its requests. `expects` needs one service: a hint is good where it was given. */
export function visits(scripts) {
  const prefix = scripts ? 'co.' : 'khong.';
  const all = scripts ? [...plain(prefix), ...withPasskeys(prefix)] : plain(prefix);
  return all.map((visit) => ({
    ...visit,
    ways: visit.ways.map((way, index) => {
      if (typeof way === 'string') return way;
      const [ask, route] = [way[0].split(' '), way[1]];
      return { ask, route, clientId: ask.includes('expects') ? HINTED.clientId : `${visit.who.login}-${index + 1}` };
    }),
  }));
}

/** The service that expects somebody else, and whom it expects. */
export const HINTED = { clientId: 'cho-nguoi-khac', ask: ['expects'], who: { login: 'nguoi.duoc.cho', name: 'Tô Ngọc Vân' } };
