# Every sentence that a person reads, in English (the second language). Vietnamese: vi.ftl, same keys, same variables.
# One section a page; the section `# cli` (command line) always stands last.

# layout
site-name = Provincial identity service
footer-emblem = People's Committee of { $province }
skip-to-main = Skip to main content
a11y-lang = Language
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
login-title = Sign in to the provincial identity service
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
consent-operator = Data controller: { $org }
consent-will-get = Information that will be shared
consent-purposes = Purpose
consent-no-purpose = This service has not stated a purpose.
consent-empty = none yet
consent-offline = This service may keep receiving the above while you are not signed in.
consent-withdraw-how = You can withdraw your consent at any time by calling { $phone }.
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

# enrol
enrol-title = Create an account
enrol-intro = Enter your details exactly as on your identity card. We compare them with the National Population Database.
enrol-for = Afterwards you are taken back to continue to { $rp }.
enrol-privacy-title = What is this information used for?
enrol-privacy = Your number, name and date of birth are used only for the comparison and for your account. The number is stored encrypted. Only services with permission can receive it.
verify-id-number = Personal identification number
verify-id-hint = 12 digits, including leading zeros
verify-full-name = Full name
verify-full-name-hint = With Vietnamese marks, as on your identity card
verify-dob = Date of birth
verify-dob-hint = Example: 15/03/1985. If only the year is known, enter the year: 1985
enrol-password = New password
enrol-password-hint = At least { $min } characters. A few unrelated words are easiest to remember; spaces are fine.
enrol-password-again = New password again
enrol-submit = Create account
enrol-have-account = Already have an account?
err-number-missing = Enter your personal identification number.
verify-id-bad-length = The number must have exactly 12 digits.
verify-id-lost-zero = A leading zero seems to be missing. Please enter all 12 digits.
verify-id-not-digits = The number can only contain the digits 0 to 9.
verify-cmnd-expired = The 9-digit ID card is no longer valid. Please use the 12-digit personal number.
verify-id-all-zero = The number cannot consist of zeros only.
verify-id-impossible = This number does not have the right structure. Please check every digit.
err-name-missing = Enter your full name.
err-name-invalid = The name contains characters that cannot be part of a person's name.
err-name-too-long = The name is too long (at most { $max } characters).
err-dob-missing = Enter your date or year of birth.
err-dob-invalid = The date of birth is not valid. Use day/month/year, for example 15/03/1985.
err-dob-future = The date of birth cannot be in the future.
err-dob-number-year = The year of birth does not fit the personal identification number. Please check both.
err-new-password-missing = Choose a password.
err-new-password-short = The password must have at least { $min } characters.
err-new-password-long = The password is too long (at most { $max } characters).
err-new-password-mismatch = The two passwords are not the same.
err-new-password-common = This password is too common or easy to guess. Please choose another.

# enrolled
enrolled-title = Your account has been created
verify-matched = The details match the National Population Database.
verify-matched-limit = A match only shows that the data are right, not who entered them. Your identity assurance therefore stays at the lowest level.
verify-not-matched = The details do not match the National Population Database. Please check the number, name and date of birth.
verify-not-matched-next = No account has been created. If what you entered is right and the source data are wrong, please ask the commune police to correct them.
verify-pending = The National Population Database cannot be reached. Your request is recorded and the comparison will be repeated automatically.
verify-pending-next = You need not do anything more. The result will be shown under “My account”.
not-enrolled-title = No account was created
not-enrolled-again = Check what you entered
not-enrolled-leave = Do not create an account
enrolled-login-name = Your sign-in name
enrolled-keep = Please write it down. You need it every time you sign in.
enrolled-continue = Continue
enrolled-continue-to = Continue to { $rp }

# account
account-title = My account
account-level = Identity assurance level
account-match = Comparison with the National Population Database
account-match-at = Compared at { $time }
ial-0 = Lowest level: details stated by you
ial-1 = Level 1
ial-2 = Level 2
ial-3 = Level 3
data-match-matched = The details match
data-match-not-matched = The details do not match
data-match-pending = Waiting to be compared
data-match-none = Not compared yet
account-wrong-data-source = The source data is held by the Ministry of Public Security. Please request the change at the commune police.
account-shared-computer = If this is a shared computer, sign out before you leave.

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
home-title = Provincial identity service
home-text = This server lets you sign in once and use every provincial system. Normally you arrive here from an agency's site and are taken back to it.
home-enrol-off = Creating accounts online is closed at the moment.
home-sign-in-how = To sign in, start at the site of the agency you need.

# why: one sentence why, one how to avoid it next time
why-no-session = { $rp } needs to know who you are, and you are not signed in on this browser.
why-no-session-next = Once you are signed in, the other provincial systems will not ask again during this session.
why-too-long-ago = { $rp } accepts only a recent sign-in, and yours was some time ago.
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

# error: for each code a title, an explanation, and the next step (a link's label)
error-code-label = Error code
error-reference-label = Reference
error-time-label = Time
error-help = If you need help, call { $phone } and read out the reference.
error-next-back-to = Back to { $rp }
error-next-again = Start again
error-not-found-title = Page not found
error-not-found-text = There is no page at this address. The link may be old or mistyped.
error-not-found-next = Go to the home page
error-method-not-allowed-title = This action is not allowed at this address
error-method-not-allowed-text = The browser or application sent its request in a way that this page does not accept.
error-method-not-allowed-next = Go to the home page
error-bad-request-title = The request could not be read
error-bad-request-text = Something in the request was missing or malformed, so nothing was done.
error-bad-request-next = Go to the home page
error-too-large-title = Too much data was sent
error-too-large-text = The request was larger than allowed and was refused.
error-too-large-next = Go to the home page
error-too-many-title = Too many requests
error-too-many-text = There were too many requests from where you are. Please wait a few minutes and try again.
error-too-many-next = Go to the home page
error-forbidden-form-title = This form is no longer valid
error-forbidden-form-text = The form did not belong to this browser's session and was refused to protect you. Please open the page again and fill it in once more.
error-forbidden-form-next = Go to the home page
error-sign-in-expired-title = This sign-in has expired
error-sign-in-expired-text = The sign-in page was open for too long. Go back to the site of the agency you need and sign in again.
error-sign-in-expired-next = Go to the home page
error-sign-in-other-browser-title = This sign-in was started in another browser
error-sign-in-other-browser-text = To stay safe you have to sign in with the browser you started with. Open that browser, or start again at the site of the agency you need.
error-sign-in-other-browser-next = Go to the home page
error-sign-in-finished-title = This sign-in is already complete
error-sign-in-finished-text = You may have used the back button, or finished signing in in another tab. You need not repeat this step.
error-sign-in-finished-next = Go to my account
error-cookies-refused-title = Your browser does not accept cookies
error-cookies-refused-text = To sign in, your browser has to accept cookies from this site. Allow them in its settings or use another browser, then start again.
error-cookies-refused-next = Go to the home page
error-party-unknown-title = The site asking for sign-in is not registered
error-party-unknown-text = The site that sent you here is not registered with this service, so you cannot sign in for it. None of your information was sent.
error-party-unknown-next = Go to the home page
error-redirect-uri-unregistered-title = The return address is not registered
error-redirect-uri-unregistered-text = The site that sent you here wants the result at an address that is not registered. We stopped to protect you. Please tell the operator of that site.
error-redirect-uri-unregistered-next = Go to the home page
error-request-invalid-title = The sign-in request is not valid
error-request-invalid-text = The site that sent you here made a malformed request. Go back to it and try again; if it fails again, tell its operator.
error-request-invalid-next = Go to the home page
error-posted-expired-title = The sign-in request has expired
error-posted-expired-text = A request from the previous site works only once and for a short time. Go back to it and sign in again.
error-posted-expired-next = Go to the home page
error-id-token-hint-invalid-title = The sign-out request was not recognised
error-id-token-hint-invalid-text = What came with the request was not issued by this service, so nothing was done. You can sign out yourself under “My account”.
error-id-token-hint-invalid-next = Go to my account
error-logout-redirect-unregistered-title = The address after signing out is not registered
error-logout-redirect-unregistered-text = We do not take you to unknown addresses. You can sign out yourself under “My account”.
error-logout-redirect-unregistered-next = Go to my account
error-account-locked-title = This account is locked
error-account-locked-text = This account is locked and cannot be used for now. Call the support hotline to learn why and how to unlock it.
error-account-locked-next = Go to the home page
error-account-disabled-title = This account is disabled
error-account-disabled-text = This account has been disabled and cannot be used. If you think this is a mistake, call the support hotline.
error-account-disabled-next = Go to the home page
error-person-deceased-title = This account is no longer in use
error-person-deceased-text = The record of this account is marked as that of a person who has died, so it cannot be used. If this is a mistake, call the support hotline or visit the commune People's Committee.
error-person-deceased-next = Go to the home page
error-person-merged-title = This account has been merged
error-person-merged-text = This account was merged into another account of yours. Sign in with that one; if you are not sure which, call the support hotline.
error-person-merged-next = Go to the home page
error-sign-in-off-title = Passwords are not accepted at present
error-sign-in-off-text = Passwords are not accepted here at the moment, so nothing was checked. Please come back later or call the help line.
error-sign-in-off-next = Go to the home page
error-enrol-off-title = Creating accounts online is closed
error-enrol-off-text = At the moment people cannot create accounts here by themselves.
error-enrol-off-next = Go to the home page
error-enrol-quota-title = Too many accounts were created
error-enrol-quota-text = There were too many attempts to create accounts in a short time, so we paused to prevent abuse. Try again tomorrow or call the support hotline.
error-enrol-quota-next = Go to the home page
error-busy-title = The service is very busy
error-busy-text = A great many people are signing in at the same time. Wait a minute and try again; this did not count as a failed attempt.
error-busy-next = Go to the home page
error-unavailable-title = The service is not available for the moment
error-unavailable-text = A part of the system is not responding. Please try again in a few minutes.
error-unavailable-next = Go to the home page
error-internal-title = Something went wrong
error-internal-text = This was our fault, not yours. It has been recorded under the reference below.
error-internal-next = Go to the home page

# cli
cli-about = Identity provider and single sign-on of the province.
cli-heading-usage = Usage
cli-heading-commands = Commands
cli-heading-arguments = Arguments
cli-heading-options = Options
cli-arg-config = The configuration file (without it: idp.toml in this folder, if it is there)
cli-arg-json = Answer in JSON, for programs
cli-arg-lang = The language of answers: vi or en
cli-arg-help = Show this help
cli-arg-version = Show the version
cli-config = Show the configuration in force and where each value came from, without secrets
cli-completions = Write a script that completes commands in a shell
cli-completions-arg-shell = The shell: bash, elvish, fish, powershell or zsh
cli-error = error
cli-see-help = See “idp --help” for what is possible.
cli-unknown-argument = There is no option { $argument }.
cli-unknown-command = There is no command { $command }.
cli-missing-argument = Something is missing: { $argument }
cli-invalid-value = { $argument } cannot be “{ $value }”.
cli-wrong-usage = The command line is wrong: { $detail }
cli-unreachable = { $what } cannot be reached: { $why }
cli-fault = A fault of ours ({ $cause }). Reference: { $reference }
cli-config-origin-default = default
cli-config-unknown = There is no such key.
cli-config-unknown-meant = There is no such key. Did you mean { $meant }?
cli-config-unreadable = This cannot be read: { $detail }
cli-config-range = The number must lie between { $least } and { $most }.
cli-config-file = The file cannot be read: { $detail }
cli-config-not-a-network = This must be a network such as 10.0.0.0/8, or one address.
cli-config-not-an-address = This must be an address that begins with https:// (or http:// on this machine).
cli-config-issuer-more-than-origin = Only scheme, host and port, in small letters, without the usual port and without a slash at the end: https://id.example
cli-config-issuer-plain-http = http is allowed on this machine only (localhost, 127.0.0.1, [::1]); use https.
cli-config-listen-empty = At least one address is needed.
cli-config-management-remote = The management listener has no authentication and must be a loopback address, unless server.management_remote is true.
cli-config-management-shared = The management listener cannot share an address with the public one.
cli-config-test-clock = The test clock is allowed only while the issuer and every listener are loopback.
cli-config-tls-pair = tls_certificate_file and tls_key_file are needed together.
cli-config-plain-listener = A plain listener beyond this machine needs tls_certificate_file, or our own proxies in server.proxies.
cli-config-tls-issuer = A listener with a certificate needs a public_url that begins with https://.
cli-config-database-url = This must begin with sqlite: or postgres://.
cli-config-cache-url = This must be memory, or begin with redis:// or rediss://.
cli-config-idle-longer = The idle time cannot be longer than the absolute one.
cli-config-host = A host name is needed.
