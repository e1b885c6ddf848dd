# second-factor
second-factor-title = Second-step verification
second-factor-for = The password is right. One more step to { $rp }.
second-factor-own = The password is right. One more step to your account.
second-factor-app = Enter the 6-digit code from your authenticator app
second-factor-paper = Enter a recovery code that you have not used
second-factor-message = Enter the 6-digit code sent to { $masked }
second-factor-submit = Confirm
second-factor-will-send = We will send a code to { $masked }. It works for 5 minutes.
second-factor-send = Send the code
second-factor-resend = Send another code
second-factor-sms-weak = A code by text message is the weakest way, because messages can be intercepted. If you can, use your face, your fingerprint or an authenticator app. Never read the code out to anybody, not even to somebody who claims to be an official.
second-factor-others = Cannot use this way?
second-factor-other-app = Use a code from your authenticator app
second-factor-other-paper = Use a recovery code
second-factor-other-message = Get a code at { $masked }
second-factor-again = Sign in with another account
second-factor-lost = Lost your phone and your recovery codes? Call the hotline { $phone }.
second-factor-resting = No code goes to { $masked } at present: this way is switched off for everybody.
second-factor-off-title = Your second step is switched off at present
second-factor-off-text = The password is right, but this account has a second step, so the password alone does not open it. If you have a passkey, go back and sign in with it.
second-factor-off-help = No passkey? Call the hotline { $phone }, or go to the commune People's Committee with your identity card to be helped there. Tell them the reference below.
second-factor-off-recover = I forgot my password too
err-code-missing = Enter the code.
err-code-wrong = The code is wrong. Check it and enter it again.
err-code-wrong-left = { $left ->
    [one] The code is wrong. You have one try left with this code.
   *[other] The code is wrong. You have { $left } tries left with this code.
}
err-code-replayed = This code was used already. Wait until the app shows a new one, then enter that.
err-code-over = The code no longer works. Get a new one.
err-codes-used-up-title = Too many codes were sent
err-codes-used-up = { $minutes ->
    [one] You can get a new code in about a minute. Until then, use another way if you have one.
   *[other] You can get a new code in about { $minutes } minutes. Until then, use another way if you have one.
}
why-second-factor = This account has a second step, so that knowing the password alone does not open { $rp }.
why-second-factor-next = This step protects you when your password becomes known. You can see and change your ways of verification on your account page.

# a new password is not accepted
err-new-password-own = The password is mostly your name, number, birthday or sign-in name, which others may know. Add a few words that have nothing to do with you.
err-new-password-pattern = The password is mostly rows of keys, consecutive digits, dates or repetition. Use a few unrelated words instead.
err-new-password-words = The password is a few very usual words. Add one or two unusual ones, for example a thing and something odd that it does.

# factors
factors-title = Sign-in security
factors-intro = The ways to prove that it is you. Removing an authenticator app also ends every session in which it was used, and the access that services were given there. Before anything is added or removed you are asked to sign in again, and every confirmed address is told.
factors-change-password = Change the password
factors-app = Authenticator app
factors-app-text = An app on your phone shows a new code every 30 seconds, also without a network.
factors-app-add = Add an authenticator app
factors-added = Added { $time }
factors-used = last used { $time }
factors-remove = Remove { $what }
factors-contacts = Phone numbers and e-mail
factors-contacts-text = We tell these addresses of important changes. You need at least one of them to get your account back when you forget your password.
factors-sms-weakest = A code by text message is the weakest second step: messages can be intercepted, and a number can be taken over. If you can, use a passkey or an authenticator app.
factors-resume = You are in the middle of signing in. Add an authenticator app, then go back: you enter your password and a new code.
factors-resume-link = Back to signing in
factors-back = Back to my account
factors-leave = Go back without a change
contact-unproved = Not confirmed yet
contact-proved = Confirmed
contact-second = Confirmed, receives second-step codes
contact-second-rests = Confirmed. Second-step codes to it are switched off here for now: add an authenticator app or a passkey
contact-second-on = Get second-step codes at { $what }
contact-second-off = Stop second-step codes at { $what }
contact-address = Mobile number or e-mail
contact-address-hint = For example: 0912 345 678 or an@mail.example
contact-add = Add the address
contact-proof-title = Confirm the address
contact-proof-code = 6-digit code
contact-proof-text = We sent a code to { $address }. It works for 5 minutes.
err-address-missing = Enter a mobile number or an e-mail address.
err-address-phone = This is not a Vietnamese mobile number. Enter all 10 digits, for example 0912 345 678.
err-address-email = The e-mail address is not well formed. Enter it as name@host.
err-address-held = The account already has this address, or as many as it can have. Remove one before you add another.
err-last-second = Your present password is shorter than it must be without a second step. Change it to one of at least { $min } characters before you remove the last second step.
done-app-added = The authenticator app was added. From now on, signing in with the password also takes a code from it.
done-removed = Removed.
done-contact-proved = The address is confirmed.
done-changed = The change was saved.
done-password = The password was changed. Other devices were signed out.

# totp-setup
totp-title = Add an authenticator app
totp-step-app = Open the authenticator app on your phone.
totp-step-scan = Choose to add an account and scan the QR code below. If you cannot scan it, type the key.
totp-step-code = Enter the 6-digit code that the app shows.
totp-picture = QR code with the key of the authenticator app
totp-key = Key to type by hand
totp-open = Open the authenticator app on this phone
totp-label = A name by which you know this app
totp-label-default = Authenticator app
totp-code = 6-digit code from the app
totp-submit = Add this app

# recovery-codes
paper-title = Recovery codes
paper-none = You have no recovery codes yet. Make some, so that you can still sign in when your phone is lost.
paper-left = { $left ->
    [one] You have one unused recovery code left.
   *[other] You have { $left } unused recovery codes left.
}
paper-needs-second = Recovery codes stand in for the second step. Add a second step first.
paper-make = Make a new set of recovery codes
paper-once = This is the only time these codes are shown. An older set no longer works.
paper-use = Each code works once, in place of the second step when you do not have your phone. Print them or write them down and keep them in a safe place; do not take a photo.
paper-login = Sign-in name: { $login }
paper-print = To print, use your browser's Print command.
paper-kept = I have put these codes away

# new-password
new-password-title = Choose a new password
new-password-for = You have proved who you are. A new password is needed before you go on to { $rp }.
new-password-own = You have proved who you are. A new password is needed before you go on to your account.
new-password-text = The password you entered does not meet the rule. After the change only the new one works, and other devices are signed out.
new-password-submit = Set the password and continue
new-password-passkey = The password you entered does not meet the rule, so it does not open the account. This account has a passkey: go back, sign in with it, and change the password on your account page.
new-password-again = Back to sign-in
new-password-help = Cannot do it? Call the hotline { $phone } or go to the commune People's Committee with your identity card.
why-weak-password = This password is right, but it is too short or too easy to guess, usually because it was carried over from an older system. Others could guess it, so it does not open { $rp } yet.
why-weak-password-next = This step comes once: next time you sign in with the new password. With a passkey you need not remember a password at all.
err-new-passwords-reason = Reason: too many new passwords were tried within a minute. The old password has not been changed.

# change-password
change-password-title = Change the password
change-password-text = Other devices that are signed in will be signed out.
change-password-submit = Change the password

# recover
recover-title = Forgotten password
recover-intro = You prove again who you are: the details on your identity card, and a code that only you receive.
recover-login = Sign-in name (leave empty if you do not remember it)
recover-submit = Continue
recover-help = Cannot do it this way? Call the hotline { $phone } or go to the commune People's Committee with your identity card.
recover-link = Forgot your password?
recover-proof-title = One more step, to be sure that it is you
recover-proof-text = Enter one of these: a code from your authenticator app, a recovery code, or a code that we send to an address you confirmed before.
recover-over = The wait is over. Enter a new code, then set the new password within 30 minutes.
recover-send = Send a code to my address
recover-sent = If the details you entered fit an account with a confirmed address, a code was sent there. It works for 5 minutes.
recover-code = Code
recover-none = No code at all? Call the hotline { $phone } or go to the commune People's Committee with your identity card.
recover-wait-title = Please wait before you set a new password
recover-wait-due = You can set a new password from { $time }.
recover-wait-why = The wait protects you: if somebody else pretends to be you, you have time to stop it. We told every address that you confirmed.
recover-wait-how = When the time comes, we send a link to an address that you confirmed; you then enter one more code and set the password. You can also keep the address of this page and open it again, above all if you confirmed no address. If you remember your password, just sign in: this request then stops by itself.
recover-wait-again = Open this page again
recover-password-title = Set a new password
recover-password-text = Your sign-in name: { $login }. Once the new password is set, every device is signed out. A second step, if you have one, stays as it is.
recover-password-submit = Set the new password
recover-done-title = The new password is set
recover-done-text = Every device was signed out. Sign in with the name { $login } and your new password.
recover-done-next = Sign in
recover-stop-title = Stop the password reset?
recover-stop-text = Somebody asked to set a new password for your account. If it was not you, stop it. Your present password still works.
recover-stop-submit = Stop it, it was not me
recover-stop-leave = It was me, do not stop it
recover-stopped-title = Stopped
recover-stopped-text = The request for a new password was cancelled, and your present password still works. If you did not ask for it, call the hotline { $phone }.
recover-stopped-next = Go to my account

# mail-
mail-sign-in-code-subject = Sign-in code { $code }
mail-sign-in-code-body = { $code } is your sign-in code; it works for 5 minutes. Never read it out to anybody, not even to an official.
mail-contact-code-subject = Address confirmation code { $code }
mail-contact-code-body = { $code } confirms this address; it works for 5 minutes. If you did not ask for it, ignore this message.
mail-recovery-code-subject = Password reset code { $code }
mail-recovery-code-body = { $code } is for resetting your password; it works for 5 minutes. If you did not ask for it, give it to nobody and call the hotline.
mail-factor-added-subject = A way to sign in was added
mail-factor-added-body = This was just added to your account: { $what }, at { $time }. If it was not you, call the hotline at once.
mail-factor-removed-subject = A way to sign in was removed
mail-factor-removed-body = This was just removed from your account: { $what }, at { $time }. If it was not you, call the hotline at once.
mail-password-changed-subject = The password was changed
mail-password-changed-body = Your password was changed at { $time }. If it was not you, call the hotline at once.
mail-password-recovered-subject = A new password was set
mail-password-recovered-body = Your password was reset by the forgotten-password page at { $time }. Every device was signed out. If it was not you, call the hotline at once.
mail-recovery-waiting-subject = A new password was asked for
mail-recovery-waiting-body = Somebody asked to set a new password for your account, possible from { $time }. If it was not you, stop it at { $link } or just sign in.
mail-recovery-ready-subject = You can set a new password
mail-recovery-ready-body = You can set a new password at { $link } until { $until }. We will ask for one more code; give it to nobody. If it was not you, stop it at { $stop }.
mail-recovery-stopped-subject = The password reset was stopped
mail-recovery-stopped-body = The request for a new password for your account was stopped at { $time }. Your present password still works.
mail-recovery-code-used-subject = A recovery code was used
mail-recovery-code-used-body = { $left ->
    [one] One of your recovery codes was used to sign in at { $time }. One is left. If it was not you, call the hotline at once.
   *[other] One of your recovery codes was used to sign in at { $time }. { $left } are left. If it was not you, call the hotline at once.
}

# what changed, in the notices above
what-app = authenticator app
what-contact = phone number or e-mail { $masked }
what-second = second-step codes at { $masked }
what-paper = set of recovery codes
what-passkey = sign-in with face, fingerprint or screen lock (passkey)
step-up-codes = Use your password and a code from your authenticator app
