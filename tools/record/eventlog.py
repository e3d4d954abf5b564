"""Native events, written the moment they happen."""

import os
import random
import time
from datetime import datetime, timezone


def rfc3339(epoch_s):
    return datetime.fromtimestamp(epoch_s, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instance_name(service):
    """A name like those that orchestrators give: new with every start."""
    letters = "bcdfghjklmnpqrstvwxz2456789"
    return f"{service}-{''.join(random.choices(letters, k=9))}-{''.join(random.choices(letters, k=5))}"


class EventLog:
    """Appends one line per event. Several processes share the file: one write per line on an O_APPEND file keeps lines
    whole and in order of arrival. Any thread."""

    def __init__(self, path, service):
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._service = service
        self._host = instance_name(service)

    def transaction(self, identity, dimensions, value, duration_ms, outcome):
        labels = "".join(f'"{name}":"{label}",' for name, label in dimensions.items() if label)
        self._write(f'{{"ts":"{rfc3339(time.time())}","type":"transaction","id":"{identity}","service":"{self._service}",{labels}'
                    f'"value":{value:.2f},"currency":"EUR","duration_ms":{duration_ms:.1f},"outcome":"{outcome}","host":"{self._host}"}}\n')

    def metric(self, resource, metric, value, limit=None):
        bound = "" if limit is None else f',"limit":{limit:g}'
        self._write(f'{{"ts":"{rfc3339(time.time())}","type":"metric","resource":"{resource}","host":"{self._host}",'
                    f'"service":"{self._service}","metric":"{metric}","value":{round(value, 2):g}{bound}}}\n')

    def _write(self, line):
        os.write(self._file, line.encode())


class CpuMeter:
    """Processor time of this process as percent of one core: the most that one Python interpreter can use."""

    def __init__(self):
        self._cpu, self._wall = time.process_time(), time.monotonic()

    def percent(self):
        cpu, wall = time.process_time(), time.monotonic()
        share = 100 * (cpu - self._cpu) / max(wall - self._wall, 1e-6)
        self._cpu, self._wall = cpu, wall
        return share


class BusyMeter:
    """Mean number of busy units since the last reading. A sample at one instant would miss what comes and goes in 100 ms.
    Callers hold their own lock."""

    def __init__(self):
        self.busy = 0
        self._area, self._changed, self._read = 0.0, time.monotonic(), time.monotonic()

    def change(self, by):
        now = time.monotonic()
        self._area += self.busy * (now - self._changed)
        self.busy, self._changed = self.busy + by, now

    def mean(self):
        self.change(0)
        value = self._area / max(self._changed - self._read, 1e-6)
        self._area, self._read = 0.0, self._changed
        return value
