"""Restrictions: what is kept from whom, what a change would hide, why something is hidden, and what a person hid himself."""

from longshelf.api.route import Call
from longshelf.catalog import restriction_shapes as shapes


def of_user(call: Call) -> shapes.UserRestrictions:
    return call.services.restrictions.of_user(call.path["user_id"])


def restrict(call: Call) -> shapes.UserRestrictions:
    return call.services.restrictions.restrict(call.path["user_id"], call.body)


def preview(call: Call) -> shapes.Preview:
    return call.services.restrictions.preview(call.viewer, call.path["user_id"], call.body)


def profiles(call: Call) -> shapes.ProfileList:
    return call.services.restrictions.profiles(call.query["page"], call.query["page_size"])


def profile(call: Call) -> shapes.Profile:
    return call.services.restrictions.profile(call.path["profile_id"])


def add_profile(call: Call) -> shapes.Profile:
    return call.services.restrictions.add_profile(call.body)


def change_profile(call: Call) -> shapes.Profile:
    return call.services.restrictions.change_profile(call.path["profile_id"], call.body)


def remove_profile(call: Call) -> None:
    call.services.restrictions.remove_profile(call.path["profile_id"])


def preview_profile(call: Call) -> shapes.Preview:
    return call.services.restrictions.preview_rules(call.viewer, call.body)


def why_hidden(call: Call) -> shapes.WhyHidden:
    return call.services.restrictions.why_hidden(call.viewer, call.path["item_id"], call.query["user"])


def hidden(call: Call) -> shapes.HiddenList:
    return call.services.restrictions.hidden(call.viewer, call.query["page"], call.query["page_size"])
