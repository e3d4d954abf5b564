#!/usr/bin/env python3
"""The measures of tools/quality on cases worked out by hand."""
import os
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(os.environ.get("SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2])) / "tools" / "quality"))
import measures  # noqa: E402


def truth(*breaches, **more):
    return {"kind": "any", "live_start_s": 0, "live_end_s": 43200, "n_services": 2, "breaches": list(breaches), "harmless": []} | more


def breach(start, service="shop", **more):
    return {"service": service, "breach_start_s": start, "breach_end_s": start + 600, "onset_s": start - 900, "cause": "demand",
            "driver": ["volume"], "binding_resource": "db", "foreseeable_lead_s": 600, "incident": 0} | more


def warned(time, breach_at=None, service="shop", probability=0.8, resource="db", driver="volume", broken=False):
    width = 0 if breach_at is None else 60
    said = breach_at if breach_at is not None else time
    return measures.Warned(time, service, breach_at, said - width / 2, said + width / 2, probability, resource, driver, True, broken)


def totals(one, *warnings, identity=()):
    return measures.totals([measures.judge("a", one, identity, list(warnings))])


class Measures(unittest.TestCase):
    def test_perfect_warning_scores_all_but_what_its_interval_costs(self):
        t = totals(truth(breach(10000)), warned(9400, 10000))
        self.assertEqual((t["R60"], t["R300"], t["lead_fraction"], t["precision"], t["Qtime"]), (1, 1, 1, 1, 1))
        self.assertAlmostEqual(t["Qint"], 1 - 60 / 1200)
        self.assertAlmostEqual(t["score"], 100 * (0.95 + 0.05 * t["Qint"]))

    def test_silence_scores_nothing(self):
        t = totals(truth(breach(10000)))
        self.assertEqual((t["R60"], t["precision"], t["score"]), (0, None, 0))

    def test_nothing_counts_before_the_cause_or_the_live_part(self):
        t = totals(truth(breach(10000)), warned(9039))
        self.assertEqual((t["R60"], t["false"]), (0, 1))
        t = totals(truth(breach(10000)), warned(9040))
        self.assertEqual((t["R60"], t["false"]), (1, 0))
        self.assertEqual(totals(truth(breach(10000), live_start_s=9900), warned(9500))["episodes"], 0)

    def test_announced_demand_may_be_warned_of_half_an_hour_before(self):
        self.assertEqual(totals(truth(breach(10000), calendar_true=True), warned(8200))["R300"], 1)
        self.assertEqual(totals(truth(breach(10000), calendar_true=True), warned(8199))["R300"], 0)

    def test_late_is_neither_good_nor_bad(self):
        t = totals(truth(breach(10000)), warned(10000), warned(10900), warned(10901))
        self.assertEqual((t["R60"], t["episodes"], t["false"]), (0, 1, 1))

    def test_episodes_end_after_ten_quiet_minutes_or_half_an_hour(self):
        self.assertEqual(totals(truth(), warned(0), warned(600))["episodes"], 1)
        self.assertEqual(totals(truth(), warned(0), warned(601))["episodes"], 2)
        self.assertEqual(totals(truth(), *(warned(500 * i) for i in range(5)))["episodes"], 2)
        self.assertEqual(totals(truth(), warned(0), warned(0, service="other"))["false_per_service_day"], 2)

    def test_services_of_an_incident_share_its_weight(self):
        two = [breach(10000), breach(10000, service="web")]
        alone = breach(20000, service="web", incident=1)
        t = totals(truth(*two, alone), warned(19500, service="web"))
        self.assertAlmostEqual(t["R60"], 0.5)

    def test_other_names_of_a_resource_and_wrong_ones(self):
        t = totals(truth(breach(10000)), warned(9500, resource="db-i1"), identity=[("^db-i[0-9]+$", "db")])
        self.assertEqual(t["resource_right"], 1)
        t = totals(truth(breach(10000)), warned(9500, resource="web", driver="mix"))
        self.assertEqual((t["resource_right"], t["driver_right"]), (0, 0))

    def test_error_and_interval_near_the_breach_are_measured_against_a_minute(self):
        t = totals(truth(breach(10000)), warned(9990, 10015))
        self.assertAlmostEqual(t["time_error"], 15 / 60)
        self.assertEqual(t["coverage"], 1)
        self.assertAlmostEqual(t["Qint"], 1 - 60 / 120)
        self.assertEqual(totals(truth(breach(10000)), warned(9990, 10031))["coverage"], 0)

    def test_reliability_leaves_out_what_is_broken_already(self):
        one = measures.judge("a", truth(breach(10000)), [], [warned(7000), warned(9500), warned(9990, probability=1, broken=True)])
        row, = measures.reliability_table([one])
        self.assertEqual((row["said"], row["came_true"]), (2, 0.5))

    def test_moments_say_how_often_a_breach_began_before_what_was_said(self):
        one = measures.judge("a", truth(breach(10000)), [], [warned(9500, 9900), warned(9700, 10100), warned(9950, 10010)])
        rows = {(r["left_from"], r["left_to"]): r for r in measures.moments_table([one])}
        self.assertEqual(set(rows), {(0, 60), (120, 300), (300, 600), (0, 1800)})
        self.assertAlmostEqual(rows[300, 600]["ratio"], 400 / 500)
        self.assertEqual((rows[120, 300]["before_earliest"], rows[120, 300]["before_latest"]), (1, 1))
        whole = rows[0, 1800]
        self.assertEqual((whole["breaches"], whole["said"]), (1, 3))
        self.assertAlmostEqual(whole["before_middle"], 2 / 3)
        self.assertAlmostEqual(whole["before_earliest"], 1 / 3)


if __name__ == "__main__":
    unittest.main()
