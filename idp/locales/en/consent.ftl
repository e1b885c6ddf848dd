# Consent, my account, display. Every key stands in both languages, with the same variables.

# display
a11y-display = Language and display
display-large-short = Large text
display-contrast-short = Contrast
display-large = Large text
display-contrast = High contrast
span-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
span-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
span-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
agent-unknown = Unknown device
agent-on = { $browser } on { $system }
why-asker = Asked by: { $rp }.

# shared computer
login-shared = This is a shared computer
login-shared-hint = The session will be shorter and this computer is not remembered. Tick this if other people use it too.
shared-warning = You are using a shared computer. Sign out before you leave.
logout-done-shared = This is a shared computer: close every browser window before you leave, so that nobody after you sees the pages you looked at.

# consent
purpose-default = Signing in to and using { $rp }
basis-consent = Your consent
basis-law = Required by law
basis-public-task = The task of a state agency, as the law lays down
basis-contract = An agreement with you
consent-controller = Data controller
consent-basis = Legal basis
consent-how-long = How long
consent-retention = Kept for at most { $days } days from today; after that the service must ask you again.
consent-until-withdrawn = Until you withdraw it or it is no longer needed for this purpose.
consent-optional = (optional)
consent-offline = Receiving this while you are not signed in
consent-rights = You have the right to know, see, correct, erase, restrict, object and withdraw your consent at any time, under “Connected services” in your account.
consent-act-given = Agreed
consent-act-declined = Left out
consent-act-withdrawn = Withdrawn
consent-act-expired = Expired

# account: the pages
account-tab-data = My data
account-tab-services = Connected services
account-tab-history = Sign-in history
account-tab-sessions = Where I am signed in
account-tab-access = Who looked at my data
account-tab-settings = Display and language
source-declared = Stated by you
source-matched = Stated by you, matches the National Population Database
source-chosen = Chosen by you
source-given = Given by us
account-correct-how = If something is wrong, have it corrected at the commune police: we only compare, we do not change the source data.
older = Show older entries

# history
history-intro = Sign-ins and failed attempts of the last 12 months. If one of them was not you, report it on its row at once.
history-empty = No sign-in has been recorded yet.
history-address = Network address { $address }
history-times = { $count } times in a row
history-not-me = This was not me
history-not-me-label = This was not me: the sign-in at { $time }
history-reported = Reported. Case number: { $number }
history-case-open = Waiting to be looked into. Read out this number when you call the help line { $phone }.
history-case-closed = Looked into and closed at { $time }.
history-case-found = Found:
act-signed-in = Signed in
act-reauthenticated = Proved identity again
act-failed = Sign-in failed
act-signed-out = Signed out
act-everywhere = Signed out everywhere
act-ended = Session ended
act-ended-reported = Session locked because you reported it
act-reported = You reported an unknown sign-in
amr-pwd = password
amr-passkey = passkey
amr-second = second step
amr-otp = one-time code
amr-sms = code by text message
reported-title = We have locked that session
reported-text = The session you reported was ended and cannot be used again. A case has been opened.
reported-text-here = The sign-in you reported is the session of this browser, so you have been signed out. A case has been opened.
reported-title-failed = We have noted it
reported-text-failed = That attempt did not open your account. A case has been opened so that we can look into it.
reported-number = Your case number
reported-next-title = What to do next
reported-next-password = Change your password, and sign out everywhere if you think somebody knows it.
reported-next-call = If you need help, call { $phone } and read out the case number.

# sessions
session-here = this browser
session-shared = shared computer
session-started = Started
session-used = Last used
session-ends = Ends by itself
session-services = Services entered
session-end = Sign out there
session-end-here = Sign out of this browser
sessions-everywhere = Sign out everywhere
sessions-everywhere-when = Use this if you lost your phone, forgot to sign out on another computer, or think somebody is in your account. Every service will have to ask you anew.

# services
services-empty = No service has received your data yet.
services-note = Withdrawing consent does not erase what a service has already received; to have it erased, ask the data controller.
service-agreed = You agreed
service-by-law = Laid down by law, you are not asked
service-ended = No longer in force
service-last = last used { $time }
service-answers = What you answered
service-receipt = Show the receipt
service-object = This release is laid down by law, so there is no button to withdraw it. You may still object: call { $phone }.
withdraw-title = Withdraw your consent
withdraw-text = { $rp } will receive nothing new, you are signed out of it, and next time you will be asked again.
withdraw-submit = Withdraw consent

# receipt
receipt-title = Consent receipt
receipt-service = Service
receipt-person = Who agreed
receipt-number = Receipt number
receipt-digest = Fingerprint of the text that was shown (SHA-256)
receipt-answer = Answer
receipt-kinds = Kinds of data
receipt-since = Since then
receipt-download = Download the signed file
receipt-back = Back to the service
receipt-print = For a paper copy, use the print command of your browser.

# who looked
access-intro = Each row is one time that your data went to a service, taken from the system's log of the last 12 months.
access-empty = Nothing has been recorded yet.
release-signed-in = Received the result of your sign-in
release-refreshed = Renewed its access
release-told = Read your data ({ $count } times)
release-consented = Was given your consent
release-withdrawn = Had your consent withdrawn
release-expired = Had your consent until it lapsed

# settings
settings-language = Language of pages and messages
settings-display = Display
settings-notices = Notices
settings-new-browser = Tell me when somebody signs in from a new browser
settings-notices-always = Changes of your password and of your ways to sign in are always told and cannot be switched off.
settings-save = Save
settings-saved = Saved.
settings-where = The language is kept with your account. Text size and contrast are kept in this browser and work without signing in.

# mail-
mail-new-browser-subject = Sign-in from a new browser
mail-new-browser-body = Somebody signed in to your account from { $browser } at { $time }. If it was not you, open “Sign-in history” and press “This was not me”.
mail-sign-in-reported-subject = You reported an unknown sign-in
mail-sign-in-reported-body = We opened case { $number } at { $time } and locked that session where it was still open. If it was not you who reported it, call the help line at once.
