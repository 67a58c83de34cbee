"""How far a run is, how it is stopped, and what a stop leaves."""

import json
import pickle
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import egov_index as egov
from egov_index.progress import Bar, shown, stretches, tell

RNG = np.random.default_rng(3)
UNITS = [f"U{k}" for k in range(40)]
LEAVES = ["a", "b", "c", "d"]
PANEL = egov.Panel(RNG.lognormal(3, 0.4, (40, 2, 4)), UNITS, [2020, 2022], LEAVES)
NODES = [{"code": "x"}, *({"code": leaf, "parent": "x"} for leaf in LEAVES)]
INDEX = egov.Index(egov.Framework(NODES), egov.Recipe(normalize="minmax"))
SCALES = [egov.choice(one, rescale=(1, 100)) for one in ("minmax", "zscore", "rank")]
OTHERS = egov.Alternatives(normalize=SCALES, aggregate=["arithmetic", "geometric"], weights=egov.noise(0.4))
ERRORS = egov.Alternatives(values=egov.measurement_error(sd=2.0), weights=egov.noise(0.4))
MANY = 50_000_000


def run(others=OTHERS, n=600, **more):
    return INDEX.uncertainty(PANEL, others, n=n, **({"seed": 2, "threads": 2} | more))


def stop_after(calls):
    """A progress that asks for a stop at one of its calls and at every later one."""
    left = [calls]

    def told(done):
        left[0] -= 1
        return left[0] > 0

    return told


# The bar


def test_a_bar_says_share_speed_and_time_left(capsys):
    now = [0.0]
    bar = Bar(1000, clock=lambda: now[0])
    for now[0], done in ((1.0, 0.1), (1.05, 0.105), (5.0, 0.5), (10.0, 1.0)):
        bar(done)
    bar.end()
    first, second, last = capsys.readouterr().err.split("\r")[1:]
    assert first.split() == ["[###...........................]", "10%", "100", "draws/s", "0:09", "left"]
    assert second.split()[1:] == ["50%", "100", "draws/s", "0:05", "left"]
    assert last.endswith("\n") and last.split() == [f"[{'#' * 30}]", "100%", "100", "draws/s", "0:10"]


def test_a_bar_knows_hours_slow_steps_and_no_time_at_all():
    assert Bar(10).line(0.1, 3600).endswith("0.00028 draws/s  9:00:00 left")
    assert Bar(10).line(0, 0) == f"[{'.' * 30}]   0%  0:00"


def test_a_run_draws_a_bar_when_asked(capsys):
    run(progress=True)
    out, err = capsys.readouterr()
    assert not out and err.endswith("\n") and re.search(r"100%  [\d,]+ draws/s", err)
    run(progress=False)
    run(progress=None)
    assert capsys.readouterr().err == ""


def test_a_bar_ends_its_line_when_the_run_fails(capsys):
    with pytest.raises(ZeroDivisionError), shown(True, 10) as told:
        told(0.5)
        raise ZeroDivisionError
    assert capsys.readouterr().err.endswith("\n")


@pytest.mark.parametrize("bad", [1, "yes", [print]])
@pytest.mark.parametrize(
    "ask",
    [
        lambda bad: run(progress=bad),
        lambda bad: run(ERRORS).rank_confidence(progress=bad),
        lambda bad: run().outranking(progress=bad),
        lambda bad: run().convergence(progress=bad),
        lambda bad: run().score_quantiles(progress=bad),
    ],
)
def test_what_is_no_progress_is_refused(ask, bad):
    with pytest.raises(egov.SpecError, match=r"progress: .*True for a bar, or a function of the share done"):
        ask(bad)


def test_parts_of_a_whole_share_one_progress():
    told = []
    parts = stretches(told.append, [1, 3])
    for part in parts:
        part(0.5)
        part(1)
    assert told == [0.125, 0.25, 0.625, 1.0]
    assert stretches(None, [1, 2]) == [None, None] and stretches(told.append, []) == []


# Stops


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("points", ["sobol", "lhs", "montecarlo"])
@pytest.mark.parametrize("discrete", ["sampled", "enumerated"])
def test_a_stopped_run_keeps_its_first_draws(discrete, points, threads):
    asked = {"points": points, "discrete": discrete, "threads": threads}
    ens = run(n=MANY, progress=stop_after(2), on_interrupt="keep", **asked)
    assert ens.interrupted and 0 < ens.n < MANY and ens.counts.sum() == ens.n * 80
    assert ens.asked == MANY // ens.combinations * ens.combinations and ens.n % ens.combinations == 0
    assert f"{ens.n:,} draws (stopped early, of {ens.asked:,})" in repr(ens)
    assert ens.summary()["at_nominal"].between(0, 1).all()
    pairs = ens.outranking()
    both = pairs.merge(pairs, left_on=["above", "below", "period"], right_on=["below", "above", "period"])
    assert (both["probability_x"] + both["probability_y"] <= 1 + 1e-12).all()
    sizes = ens.convergence()["n"]
    assert sizes.iloc[-1] == ens.n and (sizes % ens.combinations == 0).all()
    if points != "lhs":  # a point depends on the number of points asked for
        whole = run(n=ens.n, **asked)
        np.testing.assert_array_equal(ens.counts, whole.counts)
        assert ens.mean_shift == whole.mean_shift and not whole.interrupted
        assert pairs.equals(whole.outranking())
        assert ens.shift_by_choice().equals(whole.shift_by_choice())
    assert pickle.loads(pickle.dumps(ens)).interrupted


@pytest.mark.parametrize("points", ["sobol", "lhs"])
def test_draws_that_were_kept_are_those_done(points):
    ens = run(n=2_000_000, progress=stop_after(1), on_interrupt="keep", keep=True, points=points)
    assert 0 < ens.n < 2_000_000
    assert {len(table) for table in ens.draws.values()} == {ens.n}
    counts = np.stack([(ens.draws["ranks"] == rank).sum(axis=0) for rank in range(1, 41)], axis=1)
    np.testing.assert_array_equal(ens.counts, counts)
    assert ens.rank_change(2020, 2022)["improved"].between(0, 1).all()


def test_a_stop_is_an_error_unless_draws_are_asked_for():
    with pytest.raises(egov.Interrupted, match="stopped on request"):
        run(n=MANY, progress=stop_after(1))
    assert run(progress=lambda done: None).n == 600
    assert not run(on_interrupt="keep").interrupted


def test_an_error_of_the_progress_comes_through():
    def broken(done):
        raise ZeroDivisionError

    for on_interrupt in ("raise", "keep"):
        with pytest.raises(ZeroDivisionError):
            run(n=MANY, progress=broken, on_interrupt=on_interrupt)


def test_before_one_point_is_whole_there_is_nothing_to_keep():
    experts = egov.experts({f"E{k}": dict.fromkeys(LEAVES, 1 + k % 7) for k in range(100_000)})
    others = egov.Alternatives(
        normalize=SCALES,
        aggregate=["arithmetic", "geometric"] * 5,
        weights=experts,
        exclude=egov.leave_one_out(),
    )
    with pytest.raises(egov.Interrupted):
        run(others, n=MANY, discrete="enumerated", progress=stop_after(1), on_interrupt="keep")


@pytest.mark.parametrize("method", ["subsets", "permutations"])
def test_a_stop_between_calls_of_a_model_is_an_error(method):
    runs = []

    def model(x):
        runs.append(len(x))
        return x[:, 0]

    problem = {"names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    with pytest.raises(egov.Interrupted, match="stopped on request"):
        egov.shapley.effects(model, problem, 2**20, method=method, progress=stop_after(2))
    assert len(runs) < 20


def test_only_false_stops():
    tell(None, 0.5)
    tell(lambda done: None, 0.5)
    tell(lambda done: 0, 0.5)
    with pytest.raises(egov.Interrupted):
        tell(lambda done: False, 0.5)


def test_ways_to_stop_have_names():
    with pytest.raises(egov.SpecError, match="on_interrupt: 'keeps'; the nearest valid name is 'keep'"):
        run(on_interrupt="keeps")


CHILD = """
import json, sys, time
sys.path[:0] = {path!r}
from test_progress import ERRORS, MANY, OTHERS, run

def told(done, begun=[]):
    if not begun:
        begun.append(print("begun", flush=True))

try:
    ens = run({others}, n=MANY, threads={threads}, progress=told, on_interrupt={on_interrupt!r})
    print(json.dumps([time.time(), ens.n, ens.interrupted]))
except KeyboardInterrupt as error:
    print(json.dumps([time.time(), type(error).__name__]))
"""


def stopped(text=CHILD, **asked):
    """Seconds from a signal to its effect, and what that was."""
    program = text.format(path=[str(__file__).rpartition("/")[0], *sys.path], **asked)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "begun\n"
        time.sleep(0.1)
        sent = time.time()
        child.send_signal(signal.SIGINT)
        when, *what = json.loads(child.stdout.readline())
    return when - sent, what


LONG = """
import json, sys, time
sys.path[:0] = {path!r}
import egov_index as egov
import numpy as np
P = dict(names=list("abcdefgh"), bounds=[[0, 1]] * 8, dists=["norm"] * 8)
print("begun", flush=True)
try:
    {call}
    print(json.dumps([time.time(), "done"]))
except KeyboardInterrupt as error:
    print(json.dumps([time.time(), type(error).__name__]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process is not sent Ctrl-C alone there")
@pytest.mark.parametrize(
    "call",
    [
        "egov.sobol.sample(P, 2**20)",
        "egov.given.sample(P, 2**23)",
        "egov.fast.sample(P, 2**20 + 1)",
        "egov.fast.sample(P, 2**23 + 1, method='classical')",
        "egov.morris.sample(P, 2**20, design='radial')",
        "egov.morris.sample(dict(P, dists=None), 5000, optimal_trajectories=50)",
        "egov.sobol.analyze(P, np.arange(18 * 2**12) % 977.0, interval='bootstrap', resamples=200_000)",
    ],
)
def test_ctrl_c_stops_samples_and_resamples_at_once(call):
    took = []
    for _ in range(4):
        seconds, what = stopped(LONG, call=call)
        assert what == ["KeyboardInterrupt"]
        took.append(seconds)
        if seconds < 0.2:
            return
    pytest.fail(f"the quickest of four stops, on a machine that has other work, took {min(took):.2f} seconds")


@pytest.mark.skipif(sys.platform == "win32", reason="a process is not sent Ctrl-C alone there")
@pytest.mark.parametrize("others", ["OTHERS", "ERRORS"])
@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_stops_at_once(threads, others):
    took = []
    for on_interrupt in ("raise", "keep", "raise", "keep"):
        seconds, what = stopped(threads=threads, others=others, on_interrupt=on_interrupt)
        took.append(seconds)
        if on_interrupt == "raise":
            assert what == ["KeyboardInterrupt"]
        else:
            assert 0 < what[0] < MANY and what[1]
            if min(took) < 0.2:
                return
    pytest.fail(f"the quickest of four stops, on a machine that has other work, took {min(took):.2f} seconds")


# Questions that draw again


@pytest.mark.parametrize(
    "ask",
    [
        lambda ens, **more: ens.outranking(**more),
        lambda ens, **more: ens.convergence(**more),
        lambda ens, **more: ens.score_quantiles(**more),
        lambda ens, **more: ens.rank_change(2020, 2022, **more),
        lambda ens, **more: ens.rank_confidence(draws=300, **more),
        lambda ens, **more: ens.rank_confidence(draws=300, simultaneous=True, **more),
        lambda ens, **more: ens.not_distinguishable("U3", draws=300, **more),
    ],
)
def test_questions_take_threads_and_tell_how_far_they_are(ask):
    told = []
    plain = ask(run(ERRORS))
    for threads in (1, 3):
        assert ask(run(ERRORS), threads=threads, progress=told.append).equals(plain)
        assert told[-1] == 1 and told == sorted(told)
        told.clear()
    for bad in (0, 1.5, "2"):
        with pytest.raises(egov.SpecError, match="threads"):
            ask(run(ERRORS), threads=bad)


def test_threads_of_a_run_are_those_of_its_questions(monkeypatch):
    ens, seen = run(ERRORS, threads=2), []
    plan, sets = ens._plan(), egov._core.rank_confidence

    class Watched:
        factors, kept, nominal_ranks, nominal_scores = (
            plan.factors,
            plan.kept,
            plan.nominal_ranks,
            plan.nominal_scores,
        )

        def uncertainty(self, *args, **more):
            seen.append(more["threads"])
            return plan.uncertainty(*args, **more)

    monkeypatch.setattr(ens, "_plan", Watched)
    monkeypatch.setattr(egov._core, "rank_confidence", lambda *args: seen.append(args[3]) or sets(*args))
    ens.outranking()
    ens.convergence()
    ens.score_quantiles()
    ens.rank_confidence(draws=300)
    assert set(seen) == {2} and len(seen) >= 5
    seen.clear()
    ens.outranking(threads=1)
    assert seen == [1]
