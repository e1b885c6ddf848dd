# People and how they sign in, for operators.

cli-people = People and how they sign in
cli-people-factors = What somebody signs in with beside the password
cli-people-factors-list = Shows passkeys, authenticator apps, telephone numbers, mailboxes and recovery codes
cli-people-factors-list-arg-person = Their sign-in name or id
cli-people-factors-remove = Takes one away that is lost or switched off; make sure who asks before
cli-people-factors-remove-arg-person = Their sign-in name or id
cli-people-factors-remove-arg-factor = The id from the list, or paper for the set of recovery codes
cli-people-factors-remove-arg-because = The reason, with the number of the decision or the case; it stands in the audit log
cli-people-factors-remove-arg-keep_address = Of an address: only the second step goes; the address stays for notices and for a recovery
cli-people-factors-none = There is nothing beside the password.
cli-people-factor-second = (second step)
cli-people-factor-off = (second step, switched off in the configuration)
cli-people-factor-unknown = They have no { $factor }. See: idp people factors list.
cli-people-break-glass = This is a break-glass account. Use: idp admin break-glass retire.
cli-people-factor-removed = Removed. { $sessions ->
    [one] One session was ended
   *[other] { $sessions } sessions were ended
}; { $count ->
    [one] one address was told
   *[other] { $count } addresses were told
}.
cli-people-password-kept = The password stays, and opens no more than before.
cli-people-password-closed = The password opens nothing any more, because nothing stands beside it. They sign in with a passkey if they have one, or set a new password at /recover; without a confirmed address they have to come to the counter.
cli-people-password-none = The account has no password.

mail-password-closed-subject = Your password opens nothing any more
mail-password-closed-body = A member of staff removed your second step at { $time }, so your old password no longer works. Set a new one at { $link }. If you did not ask for this, call the hotline at once.
