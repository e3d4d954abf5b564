"""The customers: an open-loop load. Orders leave at their drawn times whether or not earlier ones were answered, as real
customers do; a closed loop would slow down with the service and hide the overload."""

import asyncio
import json
import math
import random
import sys
import time

from variants import VARIANTS, demand_at

LEFT_CATALOG = 99999          # a sku that no longer exists
LEFT_CATALOG_RATIO = 0.002


class Customers:
    def __init__(self, variant, port, live_start, live_s):
        self._variant, self._port, self._live_start = variant, port, live_start
        self._scale = variant["minutes"] / live_s          # minutes of the shape per second of this run
        self._end = live_start + live_s
        self._random = random.Random(28)
        self._idle = []
        self._lags_ms = []
        self._mood = 0.0              # slow wandering of the demand, in log units
        self._mood_at = None

    async def run(self):
        due, orders = time.time(), set()
        while due < self._end:
            factor, campaign = demand_at(self._variant, (due - self._live_start) * self._scale)
            rate = self._variant["rate"] * self._wander(due)
            volume = rate * factor if self._variant["shape_drives"] == "volume" else rate
            due += self._random.expovariate(volume)
            await asyncio.sleep(max(0.0, due - time.time()))
            self._lags_ms.append(1000 * max(0.0, time.time() - due))
            task = asyncio.create_task(self._send(self._order(factor, campaign)))
            orders.add(task)
            task.add_done_callback(orders.discard)
        if orders:
            await asyncio.wait(orders, timeout=10)

    def lag_ms(self):
        """How late orders left compared to their drawn times: the load's own honesty."""
        ranked = sorted(self._lags_ms)
        return {"p50": round(ranked[len(ranked) // 2], 1), "p99": round(ranked[len(ranked) * 99 // 100], 1), "max": round(ranked[-1], 1)}

    def _wander(self, now):
        step = min(1.0, (now - self._mood_at) / 90) if self._mood_at else 1.0
        self._mood_at = now
        self._mood += -self._mood * step + 0.05 * math.sqrt(2 * step) * self._random.gauss(0, 1)
        return math.exp(self._mood)

    def _order(self, factor, campaign):
        draw, variant = self._random, self._variant
        usual = variant["items"]
        if variant["shape_drives"] == "volume":
            joins = draw.random() < 0.92 * (factor - 1) / factor
            count = self._few(usual)
        else:
            low, high = variant["bulk_items"]
            joins = draw.random() < usual * (factor - 1) / ((low + high) / 2 - usual)
            count = draw.randint(low, high) if joins else self._few(usual)
        if not joins:
            campaign = "newsletter" if draw.random() < 0.08 else None
        # Campaigns sell few articles to many: their stock rows are the popular ones.
        items = [draw.randint(1, 20) if joins and draw.random() < 0.5 else draw.randint(1, 2000) for _ in range(count)]
        if draw.random() < LEFT_CATALOG_RATIO:
            items[-1] = LEFT_CATALOG
        return {"channel": draw.choices(("web", "app", "partner"), (6, 3, 1))[0], "campaign": campaign,
                "region": draw.choices(("de", "at", "ch", "nl"), (70, 12, 10, 8))[0], "items": items}

    def _few(self, mean):
        """Basket size: one, and more with falling probability."""
        count = 1
        while self._random.random() < 1 - 1 / mean:
            count += 1
        return min(count, 12)

    async def _send(self, order):
        body = json.dumps(order).encode()
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(f"POST /orders HTTP/1.1\r\nHost: orders\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]))
        self._idle.append((reader, writer))


async def main(variant, port, live_start, live_s):
    customers = Customers(VARIANTS[variant], int(port), float(live_start), float(live_s))
    await customers.run()
    print(json.dumps(customers.lag_ms()))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
