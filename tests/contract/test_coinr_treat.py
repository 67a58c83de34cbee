"""Treatments of COINr 1.1.14 (R 4.2.2) on its ASEM data, and of SciPy and scikit-learn."""

import numpy as np
import pytest
from coinr import COINR, SHARED, holds, leaves, panel, table
from scipy import special, stats
from sklearn.preprocessing import PowerTransformer

import egov_index as egov

coinr = pytest.mark.skipif(not COINR.is_dir(), reason=f"no reference files in {COINR}; set EGOV_SHARED")
assert SHARED  # where they are looked for


@coinr
@pytest.mark.parametrize(
    ("file", "method", "params"),
    [
        ("log_CT", "log_ct", {}),
        ("log_CT_orig", "log_ct_orig", {}),
        ("boxcox_0", "boxcox", {"power": 0, "shift": True}),
        ("boxcox_0.5", "boxcox", {"power": 0.5, "shift": True}),
        ("winsorise_2", "winsorize", {"most": 2}),
        ("winsorise_5", "winsorize", {"most": 5}),
        ("winsorise_10", "winsorize", {"most": 10}),
        ("winsorise_nolimit", "winsorize", {"most": 10**6}),
    ],
)
def test_single_treatments(file, method, params):
    got = egov.treat(panel("outputs/denominate_default.csv"), method, **params)
    holds(got, f"outputs/treatfun_{file}.csv")


@coinr
def test_the_gii_logarithm_is_the_intended_one():
    """COINr returns the column unchanged and drops what it computed: ln((max - 1)(x - min)/(max - min) + 1)."""
    data = panel("outputs/denominate_default.csv")
    unchanged, done = table("outputs/treatfun_log_GII.csv"), 0
    for code in leaves():
        x = data.column(code)[:, 0]
        np.testing.assert_array_equal(unchanged[code], x)
        low, high = np.nanmin(x), np.nanmax(x)
        one = data.select(indicators=[code])
        if high <= 1:
            with pytest.raises(egov.DataError, match="above 1"):
                egov.treat(one, "log_gii")
            continue
        got = egov.treat(one, "log_gii").values[:, 0, 0]
        np.testing.assert_allclose(
            got, np.log((high - 1) * (x - low) / (high - low) + 1), rtol=1e-12, atol=1e-14
        )
        assert not np.allclose(got, x, equal_nan=True)
        done += 1
    assert done > 30


TWO_STEPS = {
    "treat_default_raw": "inputs/ASEM_iData.csv",
    "treat_default_denominated": "outputs/denominate_default.csv",
    "treat_qTreat_default_denominated": "outputs/denominate_default.csv",
    "pipeline_Treated": "outputs/pipeline_Imputed.csv",
}


@coinr
@pytest.mark.parametrize("name", TWO_STEPS)
def test_the_two_steps_and_their_account(name):
    data = panel(TWO_STEPS[name])
    got = egov.treat(data, "two_step")
    holds(got, f"outputs/{name}.csv")
    wanted = table(f"outputs/{name}_details.csv")
    told = egov.treatment(data, "two_step").set_index("indicator")
    assert list(told.index) == wanted["iCode"].tolist() == list(leaves())
    assert (told["period"] == 2018).all() and (told["transform"] == "").all() and told["power"].isna().all()
    np.testing.assert_array_equal(told["passed_before"], wanted["check_SkewKurt0.Pass"] == "TRUE")
    for mine, theirs in (("skew", "Skew"), ("kurt", "Kurt")):
        before, after = wanted[f"check_SkewKurt0.{theirs}"], wanted[f"check_SkewKurt1.{theirs}"]
        np.testing.assert_allclose(told[f"{mine}_before"], before, rtol=1e-11, err_msg=mine)
        after = np.where(np.isnan(after), before, after)  # they leave out what passes at once
        np.testing.assert_allclose(told[f"{mine}_after"], after, rtol=1e-11, err_msg=mine)
    assert told["passed_after"].all() and set(wanted["check_SkewKurt1.Pass"]) == {"TRUE", ""}
    np.testing.assert_array_equal(told["high"] + told["low"], np.nan_to_num(wanted["winsorise.nwin"]))
    points = table(f"outputs/{name}_points.csv")
    for code in leaves():
        marks = points[code] if points[code].dtype.kind == "U" else np.full(len(points["uCode"]), "")
        moved = np.sign(got.column(code)[:, 0] - data.column(code)[:, 0])
        np.testing.assert_array_equal(
            np.nan_to_num(moved), (marks == "winlo") * 1.0 - (marks == "winhi") * 1.0
        )
        assert [told["high"][code], told["low"][code]] == [(marks == "winhi").sum(), (marks == "winlo").sum()]


@coinr
def test_skewness_and_kurtosis_of_the_raw_data():
    wanted = table("outputs/skew_kurt_raw.csv")
    told = egov.treatment(panel("inputs/ASEM_iData.csv"), "none")
    np.testing.assert_allclose(told["skew_before"], wanted["skew"], rtol=1e-12)
    np.testing.assert_allclose(told["kurt_before"], wanted["kurt"], rtol=1e-11)
    np.testing.assert_array_equal(told["passed_before"], wanted["pass_default"] == "TRUE")
    np.testing.assert_array_equal(told["skew_after"], told["skew_before"])


def test_the_strict_limit_is_kept_where_coinr_goes_beyond():
    """The second pass would move the six tied values and the one moved before: seven, with a limit of two."""
    x = np.r_[np.arange(1.0, 101), [400] * 6, 500]
    for most in (1, 2, 6):
        loose, strict = (
            egov.treatment(x, "winsorize", most=most, strict=flag, skew=0.1, kurt=-2)
            for flag in (False, True)
        )
        assert (loose["high"][0], strict["high"][0]) == ((1 if most == 1 else 7), 1)
    assert (egov.treatment(x, "winsorize", most=7, strict=True, skew=0.1, kurt=-2)["high"] == 7).all()


def column_of(kind):
    rng = np.random.default_rng(4)
    return {
        "lognormal": rng.lognormal(1, 1.2, 40),
        "beta": rng.beta(5, 1, 40),
        "tied": np.round(rng.gamma(1, 3, 40)) + 1,
        "level": 20 + rng.gamma(2, 3, 40),
        "signed": np.round(rng.normal(0.3, 2, 40) ** 3 / 4, 3),
    }[kind]


@pytest.mark.parametrize("kind", ["lognormal", "beta", "tied", "level", "signed"])
def test_likeliest_powers_are_those_of_scipy_and_scikit_learn(kind):
    """Theirs are found from values of the likelihood, so to 1e-6; ours from its derivative is never less likely."""
    x = column_of(kind)
    for method, learned, likelihood, theirs in (
        ("boxcox", "box-cox", stats.boxcox_llf, stats.boxcox),
        ("yeojohnson", "yeo-johnson", stats.yeojohnson_llf, stats.yeojohnson),
    ):
        if method == "boxcox" and (x <= 0).any():
            continue
        values, power = theirs(x)
        mine = egov.treatment(x, method)["power"][0]
        assert likelihood(mine, x) >= likelihood(power, x) - 1e-10 * abs(likelihood(power, x))
        assert mine == pytest.approx(power, rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(egov.treat(x, method), values, rtol=1e-4)
        fitted = PowerTransformer(method=learned, standardize=False).fit(x[:, None])
        assert mine == pytest.approx(fitted.lambdas_[0], rel=1e-6, abs=1e-6)
        given = egov.treat(x, method, power=0.3)
        again = special.boxcox(x, 0.3) if method == "boxcox" else stats.yeojohnson(x, 0.3)
        np.testing.assert_allclose(given, again, rtol=1e-12)


@pytest.mark.parametrize("factor", [1e-250, 1e-3, 1e4, 1e250])
def test_the_unit_of_a_column_does_not_change_its_likeliest_power(factor):
    x = column_of("lognormal")
    base, scaled = (egov.treatment(values, "boxcox")["power"][0] for values in (x, x * factor))
    assert scaled == pytest.approx(base, rel=1e-11)


def test_a_lonely_outlier_among_many_equal_values():
    """With one value beside n - 1 equal ones the likelihood is largest at power -n / (log distance)."""
    for n in (3, 30, 3000):
        x = np.ones(n)
        x[n // 2] = np.e
        power = egov.treatment(x, "boxcox")["power"][0]
        # p coth form: the derivative of ln(sinh(k/2)/k) + k (1 - 2/n)/2 vanishes
        k = power
        assert abs(0.5 / np.tanh(k / 2) - 1 / k + 0.5 - 1 / n) < 1e-12


def test_values_of_one_sign_are_a_matter_of_boxcox():
    x = 900 + column_of("level")
    for values in (column_of("lognormal"), column_of("level") * 30):
        one, other = egov.treatment(values, "yeojohnson"), egov.treatment(values + 1, "boxcox")
        assert one["power"][0] == pytest.approx(other["power"][0], rel=1e-9)
    with pytest.raises(egov.DataError, match="same to the last digits"):  # the likeliest power is near -100
        egov.treat(x, "boxcox")


def test_mirrored_columns_have_mirrored_powers():
    x = column_of("lognormal")
    for values in (x, column_of("signed")):
        one, other = (egov.treatment(part, "yeojohnson")["power"][0] for part in (values, -values))
        assert one + other == pytest.approx(2, abs=1e-10)
        np.testing.assert_allclose(
            egov.treat(-values, "yeojohnson"), -egov.treat(values, "yeojohnson"), rtol=1e-9
        )


@pytest.mark.parametrize("transform", ["log_ct", "log_ct_plus", "log_ct_orig", "boxcox", "yeojohnson", "log"])
@pytest.mark.parametrize("combine", [False, True])
def test_the_second_step_is_the_transformation_of_the_right_column(transform, combine):
    x = np.r_[np.random.default_rng(4).lognormal(0, 5, 60), np.nan]
    more = {"shift": True} if transform == "boxcox" else {}
    assert not egov.treatment(x, "winsorize", most=3)["passed_after"][0]
    first = egov.treat(x, "winsorize", most=3)
    got = egov.treat(x, "two_step", most=3, transform=transform, combine=combine, **more)
    np.testing.assert_array_equal(got, egov.treat(first if combine else x, transform, **more))
    told = egov.treatment(x, "two_step", most=3, transform=transform, combine=combine, **more)
    assert told["transform"][0] == transform and told["high"][0] == (3 if combine else 0)
    assert np.isfinite(told["power"][0]) == (transform in ("boxcox", "yeojohnson"))


def test_an_account_by_period_panel_and_group():
    values = np.random.default_rng(1).lognormal(0, 2, (12, 3, 2))
    data = egov.Panel(
        values,
        [f"U{k}" for k in range(12)],
        [2000, 2001, 2002],
        ["a", "b"],
        groups={"half": list("xxxxxxyyyyyy")},
    )
    told = egov.treatment(data, "percentile", upper=0.5)
    assert told["indicator"].tolist() == ["a"] * 3 + ["b"] * 3
    assert told["period"].tolist() == [2000, 2001, 2002] * 2 and (told["high"] == 6).all()
    assert (told["low"] == 1).all()
    told = egov.treatment(data, "percentile", upper=0.5, over="panel")
    assert told["indicator"].tolist() == ["a", "b"] and told["high"].tolist() == [18, 18]
    told = egov.treatment(data, "none", over="half")
    assert (
        told["group"].tolist() == ["x", "y"] * 6
        and told["period"].tolist() == [2000, 2000, 2001, 2001, 2002, 2002] * 2
    )
    for at, row in told.iterrows():
        part = values[:6] if row["group"] == "x" else values[6:]
        wanted = stats.skew(part[:, row["period"] - 2000, "ab".index(row["indicator"])], bias=False)
        assert row["skew_before"] == pytest.approx(wanted, rel=1e-12), at


@pytest.mark.parametrize(
    ("values", "method", "params", "words"),
    [
        ([1, 0, 3], "log", {}, ["above 0", "lowest is 0", "log_ct"]),
        ([1, 0, 3], "boxcox", {}, ["above 0", "shift"]),
        ([0.1, 0.5, 1], "log_gii", {}, ["above 1", "it is 1"]),
        ([5, 5, 5, 5, 5, 9], "iqr", {}, ["quartiles", "5", "winsorize"]),
        ([1, 2, 1e200], "boxcox", {"power": 9}, ["power 9", "larger"]),
        ([1e30, 2e30, 3e30], "boxcox", {"power": -1}, ["power -1", "same to the last digits"]),
    ],
)
def test_what_a_column_would_need_is_said(values, method, params, words):
    with pytest.raises(egov.DataError) as caught:
        egov.treat(values, method, **params)
    assert all(word in str(caught.value) for word in ["treat", method, *words]), str(caught.value)
