# Passkeys: signing in with face, fingerprint or screen lock.

passkey-words = A passkey lets you sign in with your face, your fingerprint or the screen lock of your phone or computer, instead of a password.
passkey-missing = This browser cannot use passkeys, or JavaScript is off. Open the page in another browser such as Chrome, Safari, Edge or Firefox, or choose another way below.
login-passkey = Sign in with a passkey

# step-up
step-up-title = One more step is needed
step-up-text = { $rp } asks for more than a password. Use your face, your fingerprint or your screen lock.
step-up-text-own = This step asks for more than a password. Use your face, your fingerprint or your screen lock.
step-up-passkey = Use a passkey
step-up-other = Another way
step-up-other-device = Is your passkey on another device? Press the button above, choose “another device” and scan the code with your phone.
step-up-other-lost = Do you no longer have the device with your passkey? Call { $phone }. Nobody has the right to ask for your password.
step-up-decline = Go on without this step

# passkey-failed
passkey-failed-title = The passkey did not work
passkey-failed-device = The device did not confirm: perhaps you closed its window, it took too long, or your passkey is not on this device.
passkey-failed-refused = The answer of the device did not fit what we asked. Nothing in your account has changed.
passkey-failed-unknown = This passkey belongs to no account here any more, or to another one. You can delete it in the password manager of your device.
passkey-failed-late = The request is older than 5 minutes or was answered already. Please try again.
passkey-failed-clone = This passkey looks as if it had been copied, so it was refused. Sign in another way, remove it and make a new one.
passkey-again = Try again
passkey-other = Choose another way

# passkey-create
passkey-create-title = Sign in with your face or fingerprint next time?
passkey-create-needed = { $rp } asks for more than a password, and your account has no such way yet. Make a passkey to go on.
passkey-create-lead = Make a passkey on this device. You open it with your face, your fingerprint or your screen lock.
passkey-create-easy = Quicker: no password to remember and to type.
passkey-create-safe = Safer: a fake page cannot take this key from you.
passkey-create-private = Private: your face and fingerprint never leave your device.
passkey-create-shared = Only on a device of your own. Whoever can unlock this device can sign in to your account.
passkey-create-submit = Make a passkey
passkey-create-app = Use an authenticator app instead
passkey-create-app-hint = An app on your phone shows a new code every 30 seconds. This works in every browser.
passkey-label = A name for it
passkey-label-hint = So that you know it again later, for example “An’s phone”.
passkey-label-usual = My device
passkey-later = Later
err-passkey-exists = This device has a passkey of your account already. You can use it right away.
err-passkey-full = Your account has as many passkeys as it can have. Remove one that you no longer use.
err-passkey-late = The request is older than 5 minutes or was answered already. Press the button to try again.
err-passkey-not-created = No passkey was made: the device did not confirm, or could not check your face, fingerprint or screen lock. You can try again.

# in-app
in-app-title = You see this page inside the app { $app }.
in-app-text = Passkeys do not work here. Press the three dots in the corner, choose “Open in browser”, and begin again at the service that you need.

# passkeys, passkey-remove
account-passkeys = My passkeys
passkeys-title = My passkeys
passkeys-none = You have no passkey yet.
passkeys-made = Made { $time }
passkeys-used = Last used { $time }
passkeys-never-used = Never used yet
passkeys-synced = Copied to your other devices
passkeys-one-device = On one device only
passkeys-change = Rename or remove “{ $label }”
passkeys-rename = Save the name
passkeys-remove = Remove “{ $label }”
passkeys-create = Make another passkey
passkeys-back = Back to my account
passkeys-back-to-list = Back to my passkeys
passkeys-done-created = The passkey was made.
passkeys-done-renamed = The name was changed.
passkeys-done-removed = The passkey was removed; the sessions in which it was used have ended, and what services were given in them is revoked.
passkey-remove-title = Remove the passkey “{ $label }”?
passkey-remove-text = Nobody can sign in with it afterwards, and every session in which it was used ends at once, with the lasting access that services were given in it.
passkey-remove-last = It is your only strong way to prove who you are. Without it your account is protected by a password alone, and services that need more will not let you in.
passkey-remove-only-way = It is your only way to sign in, so it cannot be removed yet. Make another passkey first.
passkey-remove-here = You are signed in with this passkey: you will have to sign in again.
passkey-remove-submit = Remove
passkey-remove-keep = Keep it
passkey-remove-device = Your device keeps its part: delete it there too, in the password manager of the device.

# why
why-level-needed = { $rp } serves only people who proved themselves with more than a password.
why-level-needed-next = Sign in with a passkey next time, and you will not be asked for more.
why-level-welcome = { $rp } would welcome a proof stronger than a password, but does not insist.
why-level-welcome-next = Sign in with a passkey next time, and you will not be asked for more.
why-before-change = Before a new way of signing in to { $rp } is added, we must be sure that it is you.
why-before-change-next = This step comes only when your last proof is older than 5 minutes.
why-passkey-offer = You have just signed in to { $rp } with a password. This device can do it in an easier and safer way.
why-passkey-offer-next = If you choose “Later”, we will not ask again for 30 days.
