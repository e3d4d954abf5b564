"""The slots of the job in DuckDB: THREADS FILE_OF_TRANSACTIONS FILE_OF_METRICS.

Chosen for speed: the columns are given, so that nothing is sniffed and other fields are skipped; times are
parsed while reading, which costs less than cutting slots out of texts; p95 is approximate, as it is everywhere here; rows keep no order."""
import json, sys, time

started = time.monotonic()
import duckdb

threads, transactions, metrics = sys.argv[1:]
db = duckdb.connect()
db.execute(f'set threads = {threads}; set preserve_insertion_order = false')
start = time.monotonic()
slots = db.execute(f"""
    select service, epoch_ms(ts) // 10000 as slot, count(*), sum(value), count_if(outcome <> 'ok'), approx_quantile(duration_ms, 0.95)
    from read_json('{transactions}', format = 'newline_delimited',
                   columns = {{ts: 'TIMESTAMP', service: 'VARCHAR', value: 'DOUBLE', outcome: 'VARCHAR', duration_ms: 'DOUBLE'}})
    group by all""").fetchall()
used = db.execute(f"""
    select service, resource, metric, epoch_ms(ts) // 10000 as slot, count(*), avg(value / "limit")
    from read_json('{metrics}', format = 'newline_delimited',
                   columns = {{ts: 'TIMESTAMP', service: 'VARCHAR', resource: 'VARCHAR', metric: 'VARCHAR', value: 'DOUBLE', "limit": 'DOUBLE'}})
    group by all""").fetchall()
seconds = time.monotonic() - start
counted = sum(s[2] for s in slots)
events = counted + sum(u[4] for u in used)
print(json.dumps({'events': events, 'transactions': counted, 'errors': sum(s[4] for s in slots), 'value_micro': round(sum(s[3] for s in slots) * 100) * 10_000,
                  'service_slots': len(slots), 'p95_ms': sum(s[5] for s in slots) / len(slots), 'start_s': start - started, 'seconds': seconds,
                  'events_per_second': events / seconds}))
