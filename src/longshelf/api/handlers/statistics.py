"""Statistics: a person's own, and the server's for administrators."""

from longshelf.api.route import Call
from longshelf.catalog import personal_shapes as own


def mine(call: Call) -> own.PersonalStatistics:
    return call.services.statistics.mine(call.viewer)


def server(call: Call) -> own.ServerStatistics:
    return call.services.statistics.server(call.viewer)
