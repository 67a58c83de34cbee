#include <doctest/doctest.h>

#include "egov/uncertainty.hpp"
#include "small_index.hpp"

using namespace egov;
using namespace small_index;

TEST_CASE("a plan of editions draws what the plan of each edition draws") {
  const std::vector<Index> scored = {1, 3};
  Alternatives none, noisy = alternatives();
  Framework other = framework();
  for (Node& node : other.nodes) node.weight *= node.leaf() ? 1 : 2.5;
  const Plan nominal(panel(), framework(), recipe(), none, scored);
  const auto first = std::make_shared<const Plan>(panel(), framework(), recipe(), noisy, scored);
  const auto second = std::make_shared<const Plan>(panel(), other, recipe(), noisy, scored);
  const auto d = static_cast<Index>(first->factors().size());
  std::vector<Index> same, turned;
  for (Index k = 0; k < d; ++k) same.push_back(k), turned.push_back(d - 1 - k);
  const Plan both = nominal.with_editions({first, second}, first->factors(), {same, turned});
  CHECK(both.factors()[0].name == "edition");
  CHECK(both.combinations() == first->combinations() + second->combinations());
  Plan::Desk desk(both), own(*first);
  const Matrix points = sample(Design(Points::sobol, d + 1, 64, 2));
  for (Index i = 0; i < points.rows(); ++i) {
    const Vector point = points.row(i).transpose();
    Vector rest = point.tail(d);
    const bool later = point[0] >= 0.5;
    if (later) rest = rest.reverse().eval();
    both.draw(point.data(), desk);
    (later ? second : first)->draw(rest.data(), own);
    CHECK(Eigen::Map<const Vector>(desk.scores(), both.rows()) == Eigen::Map<const Vector>(own.scores(), both.rows()));
    CHECK(desk.ranks == own.ranks);
    CHECK(both.combination(point.data()) == (later ? first->combinations() : 0) + (later ? second : first)->combination(rest.data()));
  }
  const Plan late(panel(), framework(), recipe(), none, {3});
  CHECK_THROWS_AS(late.with_editions({first}, first->factors(), {same}), DataError);
}
