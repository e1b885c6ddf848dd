# One section a page. Every key stands in both languages, with the same variables.

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
# the account of an official's record
invited-title = Set up your official account
invited-lead = Your office has recorded you as an official. Choose a password to sign in and work under this record.
invited-until = This link is valid until { $time } and works once.
invited-number-hint = The 12 digits on your identity card, to make sure that the link reached the right person.
invited-submit = Set up account
invited-not-me = Not your name? Close this page and tell whoever gave you the link.
invited-done-title = Your account is ready
invited-done-next = After signing in, add a passkey or a code app: many official tasks need a second way to confirm it is you.
err-number-other = This is not the number in the record. Check every digit; after five wrong tries the link stops working.
error-invitation-gone-title = This invitation is no longer valid
error-invitation-gone-text = The link was used, has run out, met too many wrong numbers, or was replaced by a newer one. Ask the administrator of your unit for another.
error-invitation-gone-next = Go to the home page
