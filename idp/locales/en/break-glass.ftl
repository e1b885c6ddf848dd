# Break-glass accounts
break-glass-name-1 = Tài khoản khẩn cấp một
break-glass-name-2 = Tài khoản khẩn cấp hai
break-glass-key-label = Key in the envelope
break-glass-strip = You are signed in with a break-glass account. The platform owners have been told. Do only what nobody else can do now, then sign out and have the key sealed.
break-glass-title = Register the key of break-glass account { $number }
break-glass-lead = This account is for the day on which nobody else can sign in. It has one security key and nothing else: no password, no address, no way to recover it.
break-glass-step-key = Take a new security key that is kept apart (USB or NFC, FIDO2) and connect it.
break-glass-step-pin = Press the button. The browser asks you to set or enter the PIN of the key and to touch it.
break-glass-step-alone = Use another key for each account. A passkey of a telephone or of a password manager is refused, because copies of it exist.
break-glass-power = Whoever holds this key and its PIN may do everything here. Every use is told to the platform owners at once.
break-glass-no-script = This page needs JavaScript and a browser that can use security keys. Switch JavaScript on and load the page again, or open the link in a current Chrome, Edge, Firefox or Safari on another computer. The link stays good until it is used.
break-glass-submit = Register the key of account { $number }
break-glass-until = The link ends at { $time }.
break-glass-done-title = The key of break-glass account { $number } is registered
break-glass-done-lead = The account is sealed as soon as the key is out of reach. You are not signed in, and the link is used up.
break-glass-done-pin = Write the PIN of the key on a sheet of its own.
break-glass-done-envelope = Put key and PIN into two envelopes, seal and sign them, and keep them in two places, with two people.
break-glass-done-drill = Try it soon: on the server, idp admin break-glass drill.
break-glass-done-on = Go to the home page
err-break-glass-other = This key is already registered, perhaps for the other break-glass account. Take another key: one that is lost or broken must not close both accounts.
err-break-glass-synced = This passkey is copied to other devices of its holder, so no envelope can seal it. Take a security key (USB or NFC).
err-break-glass-built-in = This passkey stays in this computer and cannot be put into an envelope. Take a security key (USB or NFC).
err-break-glass-refused = The key was not registered. Connect it, press the button again, and confirm with its PIN and a touch.
# error: pages
error-break-glass-link-gone-title = This link is no longer valid
error-break-glass-link-gone-text = The link was used, is over its time, or was replaced by a newer one, or it was opened in another browser. On the server, idp admin break-glass create makes another.
error-break-glass-link-gone-next = Go to the home page
error-break-glass-account-title = Not with a break-glass account
error-break-glass-account-text = A break-glass account has its one key and nothing else: no password, no address, no further key, no post. Nothing of it can be changed here.
error-break-glass-account-next = Back to the account
# error: problems of the API
error-break-glass-office-title = The office of a break-glass account
error-break-glass-office-text = A break-glass account is a platform owner until it is retired on the server. Nobody can end its office before.
# mail
mail-break-glass-used-subject = ALARM: break-glass account { $number } was opened
mail-break-glass-used-body =
    Break-glass account { $number } was opened at { $time }, from the address { $address }. Whoever holds its key may now do everything in the identity system.

    If you do not know why, treat this as an attack: on the server, “idp admin break-glass seal { $number } --because …” signs it out, and “retire” makes its key worthless.
mail-break-glass-drill-subject = DRILL: break-glass account { $number } was opened
mail-break-glass-drill-body =
    This is a drill. Break-glass account { $number } was opened at { $time }, from the address { $address }.

    If you know of no drill, treat this as an attack: on the server, “idp admin break-glass seal { $number } --because …” signs it out.
mail-break-glass-failed-subject = Warning: somebody tried to open break-glass account { $number }
mail-break-glass-failed-body =
    Somebody failed to sign in to break-glass account { $number }. Failed attempts: { $count }, seen at { $time }. The account was not opened.

    Nobody types the name of this account, so it is known to somebody who should not know it, or its key is in the wrong hands. Look at the audit log and at the envelopes.
# cli
cli-config-alarm-to = at most twenty addresses
cli-apply-break-glass = This is a break-glass account. Nothing of it can be changed by a file.
cli-admin-break-glass-office = This is the office of a break-glass account. It ends with “idp admin break-glass retire N”.
cli-admin-break-glass = The two break-glass accounts: sealed ways in for the day on which no other opens
cli-admin-break-glass-create = Makes an account and a link of 30 minutes at which its security key is registered
cli-admin-break-glass-status = Shows both accounts, their last uses, alarms and drills, and what is to be done
cli-admin-break-glass-seal = Notes that the key of an account that was opened lies in its envelope again, and signs it out
cli-admin-break-glass-seal-arg-number = Which account: 1 or 2
cli-admin-break-glass-seal-arg-because = Why it was opened, and who sealed it
cli-admin-break-glass-drill = Begins a drill of 60 minutes, in which uses are alarmed as a drill
cli-admin-break-glass-drill-arg-end = Ends the drill and shows what it showed; exit code 1 where an account was not opened or a message did not leave
cli-admin-break-glass-retire = Ends an account for good: its key opens nothing, its place is free for another
cli-admin-break-glass-retire-arg-number = Which account: 1 or 2
cli-admin-break-glass-retire-arg-because = Why
cli-break-glass-link = Register the security key of account { $number } at this link. Open it in a browser on a computer with the key at hand; it can be used once, until { $time }:
cli-break-glass-both = Both break-glass accounts are there; there is never a third. “idp admin break-glass retire N” makes room.
cli-break-glass-unheard = Nobody would hear of a use. First give a platform owner a confirmed address, or set break_glass.alarm_to in the configuration.
cli-break-glass-absent = There is no break-glass account { $number }.
cli-break-glass-is-sealed = Account { $number } was not used since it was sealed.
cli-break-glass-no-key = Account { $number } still waits for its key. “idp admin break-glass create” makes another link.
cli-break-glass-sealed = Account { $number } is sealed. Whoever was signed in with it is out.
cli-break-glass-retired = Account { $number } is retired. Its key opens nothing any more.
cli-break-glass-account = Account { $number }: { $state } since { $time }, sign-in name { $login }
cli-break-glass-none = Account { $number }: not there
cli-break-glass-state-made = waits for its key
cli-break-glass-state-sealed = sealed
cli-break-glass-state-opened = OPENED
cli-break-glass-state-retired = retired
cli-break-glass-link-until = The link for its key ends at { $time }
cli-break-glass-used = Last used: { $time }
cli-break-glass-never-used = Never used
cli-break-glass-drilled = Last good drill: { $time }
cli-break-glass-never-drilled = No good drill yet
cli-break-glass-alarm-used = Last alarm, of a use: { $time }.
cli-break-glass-alarm-failed = Last alarm, of a failed attempt: { $time }.
cli-break-glass-messages = Messages: { $delivered } delivered, { $waiting } waiting, { $failed } failed
cli-break-glass-drill-held = A drill is held until { $time }
cli-break-glass-drill-over = A drill was over at { $time }; the server is about to record it
cli-break-glass-drill-last = Last drill: { $time }
cli-break-glass-not-opened = Account { $number } was not opened
cli-break-glass-was-opened = Account { $number } was opened at { $time }.
cli-break-glass-heard = An alarm goes to addresses: { $count }
cli-break-glass-drill-begun = The drill lasts until { $time }. Open both envelopes, sign in with both keys, see that the messages arrive; then: idp admin break-glass drill --end
cli-break-glass-drill-is-held = A drill is held until { $time }. End it with --end.
cli-break-glass-no-drill = No drill is held.
cli-break-glass-nothing-to-open = No account has a key. Begin with: idp admin break-glass create
cli-break-glass-drill-good = The drill was good. Now seal both accounts: idp admin break-glass seal N --because …
cli-break-glass-drill-bad = The drill was not good: an account was not opened, or a message did not leave. Seal what was opened, find the cause, and drill again.
cli-break-glass-do-seal = Find out who opened the account and why; put its key into an envelope; then: idp admin break-glass seal N --because …
cli-break-glass-do-hear = An alarm would reach nobody: give a platform owner a confirmed address, or set break_glass.alarm_to.
cli-break-glass-do-create = Two accounts with two keys in two places are wanted: idp admin break-glass create
cli-break-glass-do-drill = No good drill in the last 180 days: idp admin break-glass drill
cli-doctor-break-glass = The break-glass accounts would open, and would be heard
