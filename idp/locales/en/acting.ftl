# acting
choose-post-title = As whom do you enter { $rp }?
choose-post-lead = You act in one post at a time. The other system learns of the post that you choose, and of no other one.
choose-post-legend = Your posts
choose-post-for = On behalf of { $name }
choose-post-until = In force until { $until }
choose-post-citizen = My own affairs (citizen)
choose-post-submit = Go on in this capacity
choose-post-remembered = The choice is kept for the next time. To act in another post, use “Change post” in the other system, or sign out and in again.
choose-post-none = Choose a post, or to enter as a citizen.
scope-post = The post in which you act (position, unit)
scope-post-roles = Your roles in this system
why-several-posts = You have several posts that mean something to { $rp }, and act in one at a time.
why-several-posts-next = The choice is kept: next time you enter in this post at once, until it ends or you change it.
why-change-post = { $rp } opened this page so that you can change the post you act in.
why-change-post-next = The new one is kept for the next time. You need not sign in again, unless it needs a higher level.
why-post-level = The post in which you act at { $rp } has a role that needs a higher level than this sign-in.
why-post-level-next = Sign in with a passkey from the start, and nothing more is asked next time.
