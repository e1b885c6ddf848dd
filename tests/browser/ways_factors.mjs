// How a person gets to the pages of second factors, addresses and forgotten passwords, and to the few pages that ask for a factor.
// These ways move the clock of the server: codes count once, and only so many are sent.

import { applyTo, command, startServer } from '../env/server.mjs';
import { codeSentTo, freshCode, messagesTo, proveAddress, setUpApp } from './letters.mjs';
import { device, expectPage, giveName, makePasskey, weaken } from './support.mjs';
import { hashElsewhere } from './walker.mjs';

const DAY_SECONDS = 86_400;
const MAILBOX = 'hoa.tran@thu.example';
const PHONE_NUMBER = '0912 345 678';

const withApp = { login: 'co.ung.dung', password: 'cai-lo-dat-tren-mai-nha-41' };
const withMailbox = { login: 'co.thu.dien.tu', password: 'chim-se-nhat-hat-me-rang-52' };
const withOldPassword = { login: 'co.mat.khau.cu', password: 'matkhau1', full_name: 'Trần Thị Hoa', birthdate: '15/03/1985', brought: true };
const withOldPasswordAndPasskey = { login: 'co.khoa.va.mat.khau.cu', password: 'ca-ro-dong-kho-to-chieu-mua-74', full_name: 'Trần Thị Hoa', birthdate: '15/03/1985' };
const withPhone = { login: 'co.dien.thoai', password: 'con-do-cho-day-sen-trang-63' };

/** People who have what these pages ask about. Two of them are in the registry, so they can prove who they are. */
export async function registerPeople(demo) {
  const [mailbox, app] = [demo.may_enrol.at(-1), demo.may_enrol.at(-2)];
  Object.assign(withMailbox, mailbox);
  Object.assign(withApp, app);
  Object.assign(withPhone, { full_name: 'Trần Thị Hoa', birthdate: '15/03/1985' });
  applyTo(demo, [withApp, withMailbox, withPhone, withOldPassword, withOldPasswordAndPasskey].map((who) => `
[[person]]
login = "${who.login}"
name = "${who.full_name}"
birthdate = "${who.birthdate.split('/').reverse().join('-')}"
${who.brought ? `password_hash = "${hashElsewhere(who.password)}"` : `password = "${who.password}"`}
${who.personal_number ? `personal_number = "${who.personal_number}"` : ''}
`).join(''));
  await demo.clock({ run_jobs: true });
}

/** Lets a few requests through and then waits for the next day: the server answers only so many in an hour, or in a day. */
function sparingly(demo, most) {
  let left = most;
  return async () => {
    if (left === 0) {
      await demo.clock({ advance_seconds: DAY_SECONDS });
      left = most;
    }
    left -= 1;
  };
}

const restingAlone = { login: 'chi.co.tin.nhan', password: 'mua-rao-tren-mai-ton-84' };
const restingWithPaper = { login: 'con.ma.khoi.phuc', password: 'giay-gap-thanh-con-thuyen-95' };

/**
 * A server of its own beside the demo, on which two people made codes by SMS their second step before the operator switched them off. One of them has
 * recovery codes.
 */
async function startSwitchedOff(demo, browser) {
  const server = await startServer([restingAlone, restingWithPaper].map(({ login, password }) => `
[[person]]
login = "${login}"
name = "Trần Thị Hoa"
birthdate = "1985-03-15"
password = "${password}"
`).join(''));
  demo.beside.push(server);
  for (const [who, number] of [[restingAlone, PHONE_NUMBER], [restingWithPaper, '0987 654 321']]) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.issuer}/account/factors`);
    await giveName(page, who);
    await proveAddress(page, server, number);
    await page.locator('#contacts button').first().click();
    await page.locator('#done').waitFor();
    if (who === restingWithPaper) {
      await page.locator('#paper-make').click();
      await expectPage(page, 'recovery-codes');
      who.codes = await page.locator('#recovery-codes li').allInnerTexts();
    }
    await context.close();
  }
  await server.restart('\n[factors]\nsms = false\n');
  return server;
}

/** Page name → how a person gets there, as in ways.mjs. */
export function factorWays(demo) {
  const takeTurn = sparingly(demo, 4);

  const at = (path) => `${demo.issuer}${path}`;
  const signedIn = async (page, who, path) => {
    await page.goto(at(path));
    await giveName(page, who);
  };
  const answerWithApp = async (page) => {
    await expectPage(page, 'second-factor');
    await page.locator('#code').fill(await freshCode(demo, withApp.key));
    await page.locator('#second-factor-submit').click();
  };

  /** At the password, as somebody who has an app for codes. */
  const askedForCode = async (page, path = '/account') => {
    if (!withApp.key) {
      withApp.key = await setUpApp(page, demo, withApp);
      await page.context().clearCookies();
    }
    await signedIn(page, withApp, path);
    await expectPage(page, 'second-factor');
  };
  const enteredWithCode = async (page, path) => {
    await askedForCode(page, path);
    await answerWithApp(page);
  };

  const withMailboxProved = async (page) => {
    if (withMailbox.proved) return;
    await signedIn(page, withMailbox, '/account/factors');
    await proveAddress(page, demo, MAILBOX);
    await page.context().clearCookies();
    withMailbox.proved = true;
  };

  const recovering = async (page, who) => {
    await takeTurn();
    await page.goto(at('/recover'));
    await page.locator('#login').fill(who.login);
    await page.locator('#personal_number').fill(who.personal_number);
    await page.locator('#full_name').fill(who.full_name);
    await page.locator('#birthdate').fill(who.birthdate);
    await page.locator('#recover-submit').click();
    await expectPage(page, 'recover-proof');
  };
  const provingByMail = async (page) => {
    await withMailboxProved(page);
    await recovering(page, withMailbox);
    await page.locator('#recover-send').click();
    await page.locator('#recover-sent').waitFor();
  };
  const waiting = async (page) => {
    await provingByMail(page);
    await page.locator('#code').fill(await codeSentTo(demo, MAILBOX));
    await page.locator('#recover-proof-submit').click();
    await expectPage(page, 'recover-wait');
  };
  const asked = async (page) => {
    await waiting(page);
    const letters = await messagesTo(demo, MAILBOX);
    const link = letters.map(({ body }) => body.match(/http\S+\/recover\/stop\?k=[\w-]+/)?.[0]).findLast(Boolean);
    await page.goto(link);
    await expectPage(page, 'recover-stop');
  };
  const mayChoosePassword = async (page) => {
    if (!withApp.key) await askedForCode(page);
    await recovering(page, withApp);
    await page.locator('#code').fill(await freshCode(demo, withApp.key));
    await page.locator('#recover-proof-submit').click();
    await expectPage(page, 'recover-wait');
    await demo.clock({ advance_seconds: DAY_SECONDS / 2 });
    await page.reload();
    await page.locator('#code').fill(await freshCode(demo, withApp.key));
    await page.locator('#recover-proof-submit').click();
    await expectPage(page, 'recover-password');
  };

  let switchedOff;
  const whereSwitchedOff = async (page, who, path) => {
    switchedOff ??= await startSwitchedOff(demo, page.context().browser());
    await page.goto(`${switchedOff.issuer}${path}`);
    await giveName(page, who);
    await expectPage(page, 'second-factor');
  };

  return {
    // First: the command line goes by the clock of the machine, which does not move.
    'owner-offered': async (page) => {
      const { link } = JSON.parse(command(demo, 'admin', 'bootstrap', '--minutes', '1440', '--json'));
      await enteredWithCode(page, link.slice(demo.issuer.length));
    },
    'second-factor': (page) => askedForCode(page),
    'second-factor refused': async (page) => {
      await askedForCode(page);
      await page.locator('#code').fill('000000');
      await page.locator('#second-factor-submit').click();
      await page.locator('#error-summary').waitFor();
    },
    'second-factor message': async (page) => {
      await takeTurn();
      if (!withPhone.proved) {
        await signedIn(page, withPhone, '/account/factors');
        await proveAddress(page, demo, PHONE_NUMBER);
        await page.locator('#contacts button').first().click();
        await page.locator('#done').waitFor();
        await page.context().clearCookies();
        withPhone.proved = true;
      }
      await signedIn(page, withPhone, '/account');
    },
    'second-factor off': async (page) => {
      await whereSwitchedOff(page, restingAlone, '/account');
      await page.locator('#second-factor-off').waitFor();
    },
    'second-factor paper': async (page) => {
      await whereSwitchedOff(page, restingWithPaper, '/account');
      await page.locator('#code').waitFor();
    },
    'factors off': async (page) => {
      await whereSwitchedOff(page, restingWithPaper, '/account/factors');
      await page.locator('#code').fill(restingWithPaper.codes.pop());
      await page.locator('#second-factor-submit').click();
      await page.locator('#contacts .resting').waitFor();
    },
    'new-password': (page) => signedIn(page, withOldPassword, '/account'),
    'new-password refused': async (page) => {
      await signedIn(page, withOldPassword, '/account');
      await page.locator('#new_password').fill('matkhau123456789');
      await page.locator('#new_password_again').fill('matkhau1');
      await page.locator('#new-password-submit').click();
      await page.locator('#error-summary').waitFor();
    },
    'new-password passkey': async (page) => {
      const who = withOldPasswordAndPasskey;
      if (!who.weak) {
        const keeps = await device(page);
        await makePasskey(page, demo, who);
        // Else the device would answer at the sign-in by itself.
        await keeps.presence(false);
        weaken(demo, who);
        await page.context().clearCookies();
        who.weak = true;
      }
      await signedIn(page, who, '/account');
      await page.locator('#new-password-passkey').waitFor();
    },
    'factors full': async (page) => {
      await enteredWithCode(page, '/account/factors');
      await expectPage(page, 'factors');
      if (await page.locator('#contacts').count() === 0) await proveAddress(page, demo, PHONE_NUMBER);
    },
    'totp-setup': async (page) => {
      await signedIn(page, withMailbox, '/account/factors');
      await page.locator('#app-add').click();
    },
    'totp-setup refused': async (page) => {
      await signedIn(page, withMailbox, '/account/factors');
      await page.locator('#app-add').click();
      await page.locator('#code').fill('000000');
      await page.locator('#totp-submit').click();
      await page.locator('#error-summary').waitFor();
    },
    'recovery-codes': async (page) => {
      await enteredWithCode(page, '/account/factors');
      await page.locator('#paper-make').click();
    },
    'contact-proof': async (page) => {
      await takeTurn();
      await signedIn(page, withMailbox, '/account/factors');
      await page.locator('#address').fill('0987 654 321');
      await page.locator('#contact-add').click();
    },
    'contact-proof refused': async (page) => {
      await takeTurn();
      await signedIn(page, withMailbox, '/account/factors');
      await page.locator('#address').fill('0987 654 321');
      await page.locator('#contact-add').click();
      await expectPage(page, 'contact-proof');
      await page.locator('#code').fill('000000');
      await page.locator('#contact-proof-submit').click();
      await page.locator('#error-summary').waitFor();
    },
    'account-services empty': async (page) => {
      await signedIn(page, withMailbox, '/account/services');
      await page.locator('#services-empty').waitFor();
    },
    'passkeys empty': async (page) => {
      await signedIn(page, withMailbox, '/account/passkeys');
      await page.locator('#no-passkeys').waitFor();
    },
    'delegation-new nothing': async (page) => {
      await signedIn(page, withMailbox, '/account/delegations/new');
      await page.locator('#nothing').waitFor();
    },
    'change-password refused': async (page) => {
      await signedIn(page, withMailbox, '/account/password');
      await page.locator('#new_password').fill('matkhau123456789');
      await page.locator('#new_password_again').fill('matkhau1');
      await page.locator('#change-password-submit').click();
      await page.locator('#error-summary').waitFor();
    },
    'recover refused': async (page) => {
      await page.goto(at('/recover'));
      await page.locator('#login').fill('khong-du');
      await page.locator('#recover-submit').click();
      await page.locator('#error-summary').waitFor();
    },
    'recover-proof': (page) => recovering(page, withMailbox),
    'recover-proof sent': provingByMail,
    'recover-wait': waiting,
    'recover-proof over': async (page) => {
      await waiting(page);
      await demo.clock({ advance_seconds: DAY_SECONDS });
      await page.reload();
      await page.locator('#recover-over').waitFor();
    },
    'recover-stop': asked,
    'recover-end stopped': async (page) => {
      await asked(page);
      await page.locator('#recover-stop').click();
    },
    'recover-password': mayChoosePassword,
    'recover-password refused': async (page) => {
      await mayChoosePassword(page);
      await page.locator('#new_password').fill('matkhau12345');
      await page.locator('#new_password_again').fill('matkhau1234');
      await page.locator('#recover-password-submit').click();
      await page.locator('#error-summary').waitFor();
    },
    'recover-end': async (page) => {
      await mayChoosePassword(page);
      await page.locator('#new_password').fill(withApp.password);
      await page.locator('#new_password_again').fill(withApp.password);
      await page.locator('#recover-password-submit').click();
    },
    problem: (page) => page.goto(at('/problems/not-permitted')),
    'enrolled not-matched': async (page) => {
      await takeTurn();
      await page.goto(at('/enrol'));
      await page.locator('#personal_number').fill(withMailbox.personal_number);
      await page.locator('#full_name').fill('Nguyễn Thị Không Khớp');
      await page.locator('#birthdate').fill(withMailbox.birthdate);
      await page.locator('#new_password').fill(withPhone.password);
      await page.locator('#new_password_again').fill(withPhone.password);
      await page.locator('#enrol-submit').click();
      await page.locator('#enrol-again').waitFor();
    },
  };
}
