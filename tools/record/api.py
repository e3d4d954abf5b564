"""The order API: takes orders over HTTP and stores them in PostgreSQL through a bounded pool with a bounded queue before it."""

import asyncio
import collections
import json
import math
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2

from eventlog import BusyMeter, CpuMeter, EventLog
from variants import VARIANTS


class Refused(Exception):
    """The pool cannot take this order; the text is its outcome."""


class Pool:
    """So many orders at once, each with a thread and a database connection of its own; so many more may wait, for so long.
    Event loop only."""

    def __init__(self, size, queue, patience_s):
        self.size, self.queue, self._patience_s = size, queue, patience_s
        self.used, self.waiting = BusyMeter(), BusyMeter()
        self._waiters = collections.deque()

    async def enter(self):
        if self.used.busy < self.size:
            self.used.change(+1)
            return
        if self.waiting.busy >= self.queue:
            raise Refused("rejected")
        turn = asyncio.get_running_loop().create_future()
        self._waiters.append(turn)
        self.waiting.change(+1)
        try:
            # The place is handed over by leave(), so a newcomer can never overtake those who wait.
            done, _ = await asyncio.wait([turn], timeout=self._patience_s)
        finally:
            self.waiting.change(-1)
        if not done:
            self._waiters.remove(turn)
            raise Refused("timeout")

    def leave(self):
        if self._waiters:
            self._waiters.popleft().set_result(None)
        else:
            self.used.change(-1)


class Shop:
    """The SQL of an order; runs in the pool's threads."""

    def __init__(self, dsn, variant):
        self._dsn, self._variant = dsn, variant
        self._local = threading.local()
        self._random = random.Random(26)
        with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
            cursor.execute("select sku, price from article")
            self._prices = {sku: float(price) for sku, price in cursor}

    def value(self, order):
        return sum(self._prices.get(sku, 0) for sku in order["items"])

    def place(self, order):
        """Stores the order; psycopg2.Error if the database refuses it."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = psycopg2.connect(self._dsn)
        with connection, connection.cursor() as cursor:
            cursor.execute("insert into orders (channel, campaign, region, value) values (%s, %s, %s, %s) returning id",
                           (order["channel"], order["campaign"], order["region"], self.value(order)))
            (order_id,) = cursor.fetchone()
            for sku in order["items"]:
                # A sku that has left the catalog gives a null price, which the table refuses: the few errors of quiet times.
                cursor.execute("insert into item values (%s, %s, (select price from article where sku = %s)) returning pg_sleep(%s)",
                               (order_id, sku, sku, self._elsewhere_s(self._variant["item_ms"])))
            cursor.execute("select pg_sleep(%s)", (self._elsewhere_s(self._variant["check_ms"]),))
            # Stock last, in order of sku: row locks of popular articles are held shortly and cannot deadlock.
            cursor.execute("with mine as (select sku from article where sku = any(%s) order by sku for no key update) "
                           "update article set stock = stock - 1 where sku in (select sku from mine)", (order["items"],))
            cursor.execute("update orders set state = 'placed' where id = %s", (order_id,))
            if self._variant["workers"]:
                cursor.execute("insert into job (order_id) values (%s)", (order_id,))

    def _elsewhere_s(self, mean_ms):
        """How long somebody else's service takes: log-normal around its mean, as response times are."""
        sigma = 0.35
        return self._random.lognormvariate(math.log(mean_ms / 1000) - sigma * sigma / 2, sigma) if mean_ms else 0


class Api:
    def __init__(self, dsn, variant, log):
        self._variant, self._log = variant, log
        self._shop = Shop(dsn, variant)
        limits = variant["pool"]
        self._pool = Pool(limits["size"], limits["queue"], limits["patience_s"])
        self._threads = ThreadPoolExecutor(limits["size"])
        self._count = 0

    async def connection(self, reader, writer):
        """One keep-alive connection: as much HTTP as POST /orders needs."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                outcome = await self._order(json.loads(await reader.readexactly(length)))
                status = {"ok": "201 Created", "error": "409 Conflict"}.get(outcome, "503 Service Unavailable")
                body = json.dumps({"outcome": outcome}).encode()
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def _order(self, order):
        began = time.perf_counter()
        self._count += 1
        identity = f"o{self._count}"
        try:
            await self._pool.enter()
            try:
                await asyncio.get_running_loop().run_in_executor(self._threads, self._shop.place, order)
                outcome = "ok"
            except psycopg2.Error:
                outcome = "error"
            finally:
                self._pool.leave()
        except Refused as refusal:
            outcome = str(refusal)
        dimensions = {name: order[name] for name in ("channel", "campaign", "region")}
        self._log.transaction(identity, dimensions, self._shop.value(order), 1000 * (time.perf_counter() - began), outcome)
        return outcome

    async def metrics(self):
        limits, cpu = self._variant["pool"], CpuMeter()
        while True:
            await asyncio.sleep(1 - time.time() % 1)
            self._log.metric(limits["resource"], limits["used"], self._pool.used.mean(), limits["size"])
            self._log.metric(limits["resource"], limits["waiting"], self._pool.waiting.mean(), limits["queue"])
            self._log.metric("orders-cpu", "cpu_used", cpu.percent(), 100)


async def main(variant, dsn, log_path):
    api = Api(dsn, VARIANTS[variant], EventLog(log_path, "orders"))
    server = await asyncio.start_server(api.connection, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await api.metrics()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
