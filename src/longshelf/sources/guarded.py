"""HTTP connections that are used only when `addresses` allows the machine at their other end. Redirects are for the caller to follow,
one by one, through `addresses.check_url`."""

from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from longshelf.sources.addresses import check_peer


def guarded_pool(*, private: bool, **options: Any) -> urllib3.PoolManager:
    """A pool whose connections are judged by the address they really have, before TLS and before a byte of HTTP. `private` allows private
    networks. `options` are PoolManager's. A refused one raises SourceRefused. Proxies of the environment are not used: they would be the
    peer."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> Any:
            return _judged(super()._new_conn(), private=private)

    class Tls(HTTPSConnection):
        def _new_conn(self) -> Any:
            return _judged(super()._new_conn(), private=private)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Tls

    pool = urllib3.PoolManager(**options)
    pool.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}
    return pool


def _judged(connection: Any, *, private: bool) -> Any:
    try:
        check_peer(connection.getpeername()[0], private=private)
    except BaseException:
        connection.close()
        raise
    return connection
