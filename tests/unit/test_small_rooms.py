"""Rooms too small for a file of their own: arrays, arguments, the job, the summary, versions, the trail."""

import numpy as np
import pytest

import egov_index as egov
from egov_index import Index, Panel, SpecError, arguments, arrays, job, summary
from egov_index.catalogue import Choice


def test_arrays_of_one_to_three_dimensions_become_panels():
    assert arrays.as_panel([1.0, 2.0]).shape == (2, 1, 1)
    assert arrays.as_panel([[1.0, 2.0, 3.0]]).shape == (1, 1, 3)
    assert arrays.as_panel(np.zeros((2, 3, 4))).shape == (2, 3, 4)
    with pytest.raises(egov.DataError, match="1 to 3 dimensions"):
        arrays.as_panel(np.zeros((1, 1, 1, 1)))


def test_arguments_are_checked_with_a_word_on_what_is_right():
    assert arguments.whole("n", np.int64(3), 1, 5) == 3
    assert arguments.share("level", np.float64(0.5)) == 0.5
    assert arguments.threads_of(None) == 0
    for call in (
        lambda: arguments.whole("n", True, 0, 5),
        lambda: arguments.whole("n", 6, 0, 5),
        lambda: arguments.share("level", 1),
        lambda: arguments.share("level", float("nan")),
        lambda: arguments.seed_of(2**63),
    ):
        with pytest.raises(SpecError):
            call()


def test_without_a_table_the_job_varies_scales_means_and_weights():
    found = job.alternatives_of(Index(egov.Framework([{"code": "i"}, {"code": "a", "parent": "i"}])))
    assert [one.method for one in found.normalize] == ["minmax", "zscore", "rank"]
    assert all(one.rescale == (1.0, 100.0) for one in found.normalize)
    assert found.aggregate == (Choice("arithmetic"), Choice("geometric"))
    assert [one.share for one in found.weights] == [0.25]


def test_data_of_an_index_are_found_among_the_embedded_ones():
    panel = job.load_data(egov.preset("egdi-open"))
    assert set(panel.indicators) == set(egov.preset("egdi-open").framework.leaves)
    with pytest.raises(egov.DataError, match="nearest valid name is 'internet_users'"):
        tree = egov.Framework([{"code": "i"}, {"code": "internet_user", "parent": "i"}])
        job.load_data(Index(tree))


def test_the_summary_of_units_that_are_no_countries():
    panel = Panel([[[1.0, 2.0]], [[3.0, 1.0]]], ["Tartu", "Riga"], [2022], ["a", "b"])
    tree = egov.Framework([{"code": "i"}, {"code": "a", "parent": "i"}, {"code": "b", "parent": "i"}])
    text = summary.as_text(job.run(Index(tree, title="Cities"), panel, draws=0))
    assert "no outcomes: the units (Tartu, Riga) are no ISO 3166 alpha-3 codes" in text
    assert "Tartu" in text.split("rank")[-1]


def test_every_filled_cell_has_its_reason():
    nan = float("nan")
    series = [[1.0, nan, 3.0, nan], [2.0, 2.0, 2.5, 4.0], [nan, 5.0, 6.0, 7.0]]
    panel = Panel(np.array(series)[:, :, None], ["A", "B", "C"], [2019, 2020, 2021, 2022], ["x"])
    tree = egov.Framework([{"code": "i"}, {"code": "x", "parent": "i"}])
    trail = Index(tree, egov.Recipe(impute=["linear", "locf", "mean"], normalize="none")).score(panel).trail
    assert list(zip(trail["unit"], trail["period"], trail["why"], strict=True)) == [
        ("A", 2020, "on the line between 2019 and 2021"),
        ("A", 2022, "observed in 2021, carried forward"),
        ("C", 2019, "mean of 2 units observed or filled before in 2019"),
    ]
    back = Index(tree, egov.Recipe(impute=["locf", "nocb"], normalize="none")).score(panel).trail
    assert list(back["why"])[-1] == "observed in 2020, carried backward"


def test_versions_are_told(capsys):
    assert egov.show_versions() in capsys.readouterr().out
