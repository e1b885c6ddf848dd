# One section a page. Every key stands in both languages, with the same variables.

# layout
site-name = Provincial identity service
site-province = the province
footer-emblem = People's Committee of { $province }
skip-to-main = Skip to main content
lang-vi = Tiếng Việt
lang-en = English
login-help = Support hotline: { $phone }
login-official-site = This is the official site of { $province }. Never enter your password at any other address, and never tell it to anyone.
footer-demo = This site is for testing only. Do not enter anybody's real data.
banner-demo = Test system. All people and data here are made up.
incident-banner = The service is running in contingency mode. Some functions are limited.
title-error = Error: { $title }
error-summary-title = Please check the following
why-title = Why am I being asked?
why-rule = Rule: { $rule }

# sign-in
login-title = Sign in to { $site }
login-subtitle = One account for every provincial system
login-continue-to = Sign in to continue to { $rp }
login-name = Sign-in name
login-name-hint = The name you were given when you created your account, not your personal identification number.
login-password = Password
login-submit = Sign in
login-cancel = Cancel and go back
login-no-account = No account yet?
login-enrol = Create an account
login-again-title = Please sign in again
login-again-text = { $rp } needs to be sure that it is really you. Please enter your password again.
login-again-text-own = To protect your account, please enter your password again.
login-account = Account
login-closed = No way to sign in is open here at the moment. Please come back later or call the help line.
err-bad-credentials = Incorrect sign-in name or password.
err-login-missing = Enter your sign-in name.
err-password-missing = Enter your password.
err-throttled-title = Please wait before you try again
err-throttled-time = { $minutes ->
    [one] You can try again in about { $minutes } minute.
   *[other] You can try again in about { $minutes } minutes.
}
err-throttled-reason = Reason: there were too many failed attempts. The wait stops others from guessing passwords.
err-throttled-next = Meanwhile: check your sign-in name and password. If it was not you who tried, call the support hotline.

# select-account
select-account-title = Which account do you want to use?
select-account-title-for = Choose an account for { $rp }
select-account-signed-in = Signed in on this browser
select-account-continue = Continue as { $name }
select-account-other = Use another account

# consent
consent-title = Allow { $rp } to use your information?
consent-will-get = Information that will be shared
consent-empty = none yet
consent-deny-effect = If you do not allow it, you go back to { $rp } and nothing is sent.
consent-allow = Allow
consent-deny = Do not allow
consent-account-code = a random code that holds nothing about you
scope-account = An account code made for this service
scope-name = Full name
scope-dob = Date of birth
scope-id-number = Personal identification number
scope-locale = Chosen language
scope-updated-at = When your record was last changed
scope-identity-assurance = Identity assurance level
scope-data-match = Result of the data check
scope-data-matched-at = When the data were checked

# continue, form-post
continue-title = Taking you back to { $rp }
continue-title-plain = Continuing
continue-text = If nothing happens within a few seconds, use the button below.
continue-link = Continue

# sign-out, signed-out
logout-title = Sign out
logout-confirm-title = Do you want to sign out?
logout-confirm-title-from = Do you want to sign out of { $rp } and the other systems?
logout-confirm-text = You will be signed out of every system that you entered with this account on this browser.
logout-stay = Stay signed in
logout-done-title = You have signed out
logout-done-text = The systems you used are being told to end your session. If this is a shared computer, close the browser.
logout-back-to = Back to { $rp }
logout-back = Back

# home
home-text = This server lets you sign in once and use every provincial system. Normally you arrive here from an agency's site and are taken back to it.
home-enrol-off = Creating accounts online is closed at the moment.
home-sign-in-how = To sign in, start at the site of the agency you need.

# why: one sentence why, one how to avoid it next time
why-no-session = { $rp } needs to know who you are, and you are not signed in on this browser.
why-no-session-next = Once you are signed in, the other provincial systems will not ask again during this session.
why-too-long-ago = { $rp } accepts only a sign-in of the last { $limit }. You last proved who you are at { $since }.
why-too-long-ago-next = This rule is set by { $rp }. If you are asked too often, please tell them.
why-party-asks = { $rp } requires your password again before this step.
why-party-asks-next = This is asked only for important steps. Your password is never stored by { $rp }.
why-another-person = { $rp } expects a different account from the one that is signed in on this browser.
why-another-person-next = Sign out before somebody else uses a shared computer.
why-choose-account = { $rp } wants you to choose which account to use.
why-choose-account-next = This was asked by { $rp }. If you have only one account, just continue.
why-new-data = { $rp } asks for information that you have not allowed it to have before. The law lets you allow or refuse it.
why-new-data-next = If you allow it, you will be asked again only when { $rp } wants other information.
why-consent-again = { $rp } asks you to review and allow this once more.
why-consent-again-next = This was asked by { $rp }, whatever you allowed before.
