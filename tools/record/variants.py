"""The variants: every number that shapes a recording stands here, and nowhere else."""

import math

# A connection or thread that serves an order spends most of its time waiting for somebody else (fraud check, supplier,
# carrier), as in most shops. Those calls are the only part that is stood in for, by pg_sleep inside the transaction.
# They also keep the bottleneck independent of the processor of the recording machine.

HISTORY_MINUTES = 18          # quiet minutes before the live part of a full recording


def _pool(service, kind, used, waiting, size, queue, unit):
    return {"service": service, "match": {"resource": f"^{service}-{'conn' if kind == 'connection_pool' else 'threads'}$"},
            "kind": kind, "metrics": {used: {"limit": size}, waiting: {"limit": queue}},
            "scaling": {"unit": unit, "step": 2, "min": size, "max": 3 * size, "lead_time": "1m", "automatic": False}}


def _cpu(service):
    return {"service": service, "match": {"resource": f"^{service}-cpu$"}, "kind": "cpu", "metrics": {"cpu_used": {"limit": 100}}}


def _latency(milliseconds):
    return {"indicator": "p95_latency_ms", "below": milliseconds, "window": "60s"}


_ERRORS = {"indicator": "error_ratio", "below": 0.02, "window": "60s"}

VARIANTS = {
    # Many more orders of the usual kind: the connections to the database run out.
    "flash_sale": {
        "minutes": 42, "rate": 26, "shape_drives": "volume",
        # (minute of the live part, factor on the usual demand, campaign that brings the surplus); smooth in between
        "shape": [(0, 1, None), (8, 1, "app-push"), (10, 1.8, "app-push"), (12.5, 1.8, "app-push"), (14.5, 1, None),
                  (20, 1, "bf26"), (27, 4, "bf26"), (31.5, 4, "bf26"), (35, 1, None), (42, 1, None)],
        "harmless": (8, 14.5), "surge": 20,
        "pool": {"resource": "orders-conn", "used": "connections_used", "waiting": "connections_waiting", "size": 10, "queue": 300,
                 "patience_s": 2.0},
        "check_ms": 98, "item_ms": 0, "items": 1.8, "workers": 0,
        "binding_resource": "orders-conn", "driver": "volume",
        "model": {
            "services": {"orders": {"title": "Order API", "currency": "EUR", "slos": {"latency": _latency(400), "errors": _ERRORS}}},
            "resources": {"orders-conn": _pool("orders", "connection_pool", "connections_used", "connections_waiting", 10, 300,
                                               "connection"),
                          "orders-cpu": _cpu("orders")}},
    },
    # A slow evening peak: taking orders stays easy, handing them to the carrier falls behind.
    "fulfilment_queue": {
        "minutes": 46, "rate": 20, "shape_drives": "volume",
        "shape": [(0, 1, None), (7, 1, "app-push"), (9, 1.5, "app-push"), (11, 1.5, "app-push"), (13, 1, None),
                  (18, 1, "evening"), (28, 3.2, "evening"), (34, 3.2, "evening"), (38, 1, None), (46, 1, None)],
        "harmless": (7, 13), "surge": 18,
        "pool": {"resource": "orders-conn", "used": "connections_used", "waiting": "connections_waiting", "size": 10, "queue": 300,
                 "patience_s": 2.0},
        "check_ms": 32, "item_ms": 0, "items": 1.8, "workers": 8, "carrier_ms": 155,
        "binding_resource": "fulfilment-queue", "driver": "volume",
        "model": {
            "services": {
                "orders": {"title": "Order API", "currency": "EUR", "calls": [{"fulfilment": {"asynchronous": True}}],
                           "slos": {"latency": _latency(400), "errors": _ERRORS}},
                "fulfilment": {"title": "Fulfilment", "currency": "EUR",
                               "slos": {"queue_age": {"indicator": "metric", "resource": "fulfilment-queue", "metric": "queue_age_s",
                                                      "below": 60, "window": "60s"}}}},
            "resources": {"orders-conn": _pool("orders", "connection_pool", "connections_used", "connections_waiting", 10, 300,
                                               "connection"),
                          "orders-cpu": _cpu("orders"),
                          "fulfilment-threads": {
                              "service": "fulfilment", "match": {"resource": "^fulfilment-threads$"}, "kind": "thread_pool",
                              "metrics": {"threads_busy": {"limit": 8}},
                              "scaling": {"unit": "worker", "step": 2, "min": 8, "max": 24, "lead_time": "2m", "automatic": False}},
                          "fulfilment-queue": {
                              "service": "fulfilment", "match": {"resource": "^fulfilment-queue$"}, "kind": "queue",
                              "metrics": {"backlog": {}, "queue_age_s": {"limit": 60}}},
                          "fulfilment-cpu": _cpu("fulfilment")}},
    },
    # As many orders as ever, but larger ones: every article is reserved at its supplier, so a large basket holds its thread longer.
    "big_baskets": {
        "minutes": 42, "rate": 33, "shape_drives": "value",
        "shape": [(0, 1, None), (6, 1, "bundle"), (8, 1.7, "bundle"), (11, 1.7, "bundle"), (13, 1, None),
                  (19, 1, "bulk10"), (26, 4, "bulk10"), (30.5, 4, "bulk10"), (34, 1, None), (42, 1, None)],
        "harmless": (6, 13), "surge": 19,
        "pool": {"resource": "orders-threads", "used": "threads_busy", "waiting": "requests_waiting", "size": 10, "queue": 300,
                 "patience_s": 2.5},
        "check_ms": 18, "item_ms": 29, "items": 3, "bulk_items": (8, 24), "workers": 0,
        "binding_resource": "orders-threads", "driver": "value",
        "model": {
            "services": {"orders": {"title": "Order API", "currency": "EUR", "slos": {"latency": _latency(900), "errors": _ERRORS}}},
            "resources": {"orders-threads": _pool("orders", "thread_pool", "threads_busy", "requests_waiting", 10, 300, "thread"),
                          "orders-cpu": _cpu("orders")}},
    },
}


def demand_at(variant, minute):
    """Factor on the usual demand and the campaign behind the surplus, at a minute of the unscaled live part."""
    shape = variant["shape"]
    if minute <= shape[0][0]:
        return shape[0][1], None
    for (start, low, campaign), (end, high, _) in zip(shape, shape[1:]):
        if minute < end:
            rise = (1 - math.cos(math.pi * (minute - start) / (end - start))) / 2
            return low + (high - low) * rise, campaign or _campaign_before(shape, start)
    return shape[-1][1], None


def _campaign_before(shape, minute):
    named = [campaign for start, _, campaign in shape if campaign and start <= minute]
    return named[-1] if named else None


def model_yaml(model):
    """The model as YAML, two levels of blocks and flow style below: all that a plain model needs, without a YAML library."""
    lines = []
    for section, entries in model.items():
        lines.append(f"{section}:")
        for name, entry in entries.items():
            lines.append(f"  {name}:")
            for key, value in entry.items():
                if key == "slos":
                    lines.append("    slos:")
                    lines += [f"      {slo}: {_flow(terms)}" for slo, terms in value.items()]
                else:
                    lines.append(f"    {key}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not value.replace("_", "").replace("-", "").replace(" ", "").isalnum():
        return f"'{value}'"
    return str(value)
