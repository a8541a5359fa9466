"""Addresses of people, of what is kept from them, and of why."""

from longshelf.api import account_messages as accounts
from longshelf.api import messages, params
from longshelf.api.handlers import restrictions, users
from longshelf.api.route import Param
from longshelf.api.routes.rows import ADMIN, delete, get, patch, post, put
from longshelf.catalog import restriction_shapes as rules
from longshelf.model.restrictions import Restrictions

USERS = (
    get("/api/users", "listUsers", users.browse, "People with an account, by name",
         answer=accounts.AccountList, params=(params.SEARCH, *params.NUMBERED), access=ADMIN),
    post("/api/users", "addUser", users.add, "Add a person", body=accounts.AddAccount, answer=accounts.Account, status=201, access=ADMIN),
    get("/api/users/{user_id}", "getUser", users.one, "One person", answer=accounts.Account, access=ADMIN),
    patch("/api/users/{user_id}", "changeUser", users.change, "Change a person's name, rights or password, or lock him out",
           body=accounts.ChangeAccount, answer=accounts.Account, access=ADMIN),
    delete("/api/users/{user_id}", "removeUser", users.remove,
           "Remove a person with all that is his, sessions and keys included; his playlists for displays and his shared ones become yours",
            access=ADMIN),
    delete("/api/users/{user_id}/sessions", "endSessionsOfUser", users.end_sessions, "Sign a person out everywhere", access=ADMIN),
    delete("/api/users/{user_id}/identities", "unlinkUser", users.unlink, "Forget which account of the sign-in service is this person's",
            access=ADMIN),
    get("/api/users/{user_id}/keys", "listKeysOfUser", users.keys, "A person's API keys", answer=messages.KeyList,
         params=params.NUMBERED, access=ADMIN),
    get("/api/users/keys", "listAllKeys", users.all_keys, "Everybody's API keys", answer=messages.KeyList,
         params=params.NUMBERED, access=ADMIN),
    delete("/api/users/{user_id}/keys/{key_id}", "deleteKeyOfUser", users.delete_key, "Withdraw a person's API key", access=ADMIN),
)  # fmt: skip

RESTRICTIONS = (
    get("/api/users/{user_id}/restrictions", "getRestrictions", restrictions.of_user, "What is kept from a person",
         answer=rules.UserRestrictions, access=ADMIN),
    put("/api/users/{user_id}/restrictions", "setRestrictions", restrictions.restrict,
         "Set what is kept from a person, as a whole; it holds from his next request on",
         body=rules.SetRestrictions, answer=rules.UserRestrictions, access=ADMIN),
    post("/api/users/{user_id}/restrictions/preview", "previewRestrictions", restrictions.preview,
          "How many items these rules would hide from a person, before they are set",
          body=rules.SetRestrictions, answer=rules.Preview, access=ADMIN),
    get("/api/profiles", "listProfiles", restrictions.profiles, "Restriction profiles that several people share, by name",
         answer=rules.ProfileList, params=params.NUMBERED, access=ADMIN),
    post("/api/profiles", "addProfile", restrictions.add_profile, "A new shared profile",
          body=rules.SaveProfile, answer=rules.Profile, status=201, access=ADMIN),
    post("/api/profiles/preview", "previewProfile", restrictions.preview_profile, "How many items these rules hide by themselves",
          body=Restrictions, answer=rules.Preview, access=ADMIN),
    get("/api/profiles/{profile_id}", "getProfile", restrictions.profile, "One shared profile", answer=rules.Profile, access=ADMIN),
    put("/api/profiles/{profile_id}", "changeProfile", restrictions.change_profile, "Change a shared profile, as a whole",
         body=rules.SaveProfile, answer=rules.Profile, access=ADMIN),
    delete("/api/profiles/{profile_id}", "deleteProfile", restrictions.remove_profile, "Remove a shared profile that nobody has",
           access=ADMIN),
    get("/api/items/{item_id}/why-hidden", "whyHidden", restrictions.why_hidden, "Every reason why a person does not see an item",
         answer=rules.WhyHidden, access=ADMIN,
         params=(Param(name="user", type=params.PositiveInt, required=True, about="The person's id"),)),
    get("/api/hidden", "listHidden", restrictions.hidden, "What you hid yourself: entities, then items, by name",
         answer=rules.HiddenList, params=params.NUMBERED),
)  # fmt: skip
