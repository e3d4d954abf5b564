"""The fulfilment worker: takes placed orders from a queue table and hands each to a carrier, with a fixed number of threads."""

import math
import random
import sys
import threading
import time

import psycopg2

from eventlog import BusyMeter, CpuMeter, EventLog
from variants import VARIANTS

CLAIM = """update job set started = now()
           where id = (select id from job where started is null order by id limit 1 for update skip locked)
           returning id, order_id"""


class Fulfilment:
    def __init__(self, dsn, variant, log):
        self._dsn, self._variant, self._log = dsn, variant, log
        self._lock = threading.Lock()          # guards _busy
        self._busy = BusyMeter()
        self._random = random.Random(27)

    def worker(self):
        connection = psycopg2.connect(self._dsn)
        while True:
            with connection, connection.cursor() as cursor:
                cursor.execute(CLAIM)
                job = cursor.fetchone()
            if job:
                self._fulfil(connection, *job)
            else:
                time.sleep(self._random.uniform(0.05, 0.15))      # spread, so that idle workers do not ask all at once

    def _fulfil(self, connection, job_id, order_id):
        began = time.perf_counter()
        self._change(+1)
        with connection, connection.cursor() as cursor:
            mean_s = self._variant["carrier_ms"] / 1000
            cursor.execute("select pg_sleep(%s)", (self._random.lognormvariate(math.log(mean_s) - 0.045, 0.3),))
            cursor.execute("update orders set state = 'handed over' where id = %s returning value, channel, campaign, region",
                           (order_id,))
            value, channel, campaign, region = cursor.fetchone()
            cursor.execute("delete from job where id = %s", (job_id,))
        self._change(-1)
        self._log.transaction(f"f{order_id}", {"channel": channel, "campaign": campaign, "region": region}, float(value),
                              1000 * (time.perf_counter() - began), "ok")

    def _change(self, by):
        with self._lock:
            self._busy.change(by)

    def metrics(self):
        connection, cpu = psycopg2.connect(self._dsn), CpuMeter()
        connection.autocommit = True
        cursor = connection.cursor()
        while True:
            time.sleep(1 - time.time() % 1)
            cursor.execute("select count(*), coalesce(extract(epoch from now() - min(created)), 0) from job where started is null")
            backlog, age_s = cursor.fetchone()
            with self._lock:
                busy = self._busy.mean()
            self._log.metric("fulfilment-queue", "backlog", backlog)
            self._log.metric("fulfilment-queue", "queue_age_s", float(age_s), 60)
            self._log.metric("fulfilment-threads", "threads_busy", busy, self._variant["workers"])
            self._log.metric("fulfilment-cpu", "cpu_used", cpu.percent(), 100)


def main(variant, dsn, log_path):
    fulfilment = Fulfilment(dsn, VARIANTS[variant], EventLog(log_path, "fulfilment"))
    for _ in range(VARIANTS[variant]["workers"]):
        threading.Thread(target=fulfilment.worker, daemon=True).start()
    fulfilment.metrics()


if __name__ == "__main__":
    main(*sys.argv[1:])
