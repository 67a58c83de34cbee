#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "detail/normal.hpp"
#include "egov/sobol.hpp"

namespace egov {
namespace {

double uniform_quantile(double u, const Args& args) { return u * (args[1] - args[0]) + args[0]; }
double loguniform_quantile(double u, const Args& args) { return args[0] * std::pow(args[1] / args[0], u); }
double normal_at(double u, const Args& args) { return args[0] + args[1] * detail::normal_quantile(u); }
double lognormal_quantile(double u, const Args& args) { return std::exp(normal_at(u, args)); }
double weibull_quantile(double u, const Args& args) { return args[2] + args[1] * std::pow(-std::log1p(-u), 1 / args[0]); }

double gamma_quantile(double u, const Args& args) {
  const boost::math::gamma_distribution<> law(args[0], args[1]);
  return u < 0.5 ? boost::math::quantile(law, u) : boost::math::quantile(boost::math::complement(law, 1 - u));
}

// Lower end, upper end, and where between them the peak lies.
double triangular_quantile(double u, const Args& args) {
  const double length = args[1] - args[0], peak = args[2];
  return args[0] + length * (u < peak ? std::sqrt(u * peak) : 1 - std::sqrt((1 - u) * (1 - peak)));
}

// Above the mean the upper tail is used, where probabilities are small numbers and not ones near 1.
double truncated_normal_quantile(double u, const Args& args) {
  const boost::math::normal law(args[2], args[3]);
  const bool upper = args[0] > args[2];
  auto share = [&](double x) { return upper ? boost::math::cdf(boost::math::complement(law, x)) : boost::math::cdf(law, x); };
  const double from = share(args[0]), at = from + u * (share(args[1]) - from);
  const double x = upper ? boost::math::quantile(boost::math::complement(law, at)) : boost::math::quantile(law, at);
  return std::min(std::max(x, args[0]), args[1]);
}

double level(double u, const Args& args) {
  const Eigen::MatrixXd& levels = args.table("levels");
  return levels(std::min(static_cast<Index>(u * static_cast<double>(levels.size())), levels.size() - 1));
}

Param number(const char* name, const char* sentence, double lower = -infinite, double upper = infinite) {
  Param param;
  param.name = name, param.sentence = sentence, param.lower = lower, param.upper = upper;
  return param;
}

constexpr double least = std::numeric_limits<double>::min();  // the least number above zero that is meant

}  // namespace

const Rows<MarginalMethod>& marginal_methods() {
  static const Rows<MarginalMethod> table = [] {
    const Param lower = number("lower", "Lower bound."), upper = number("upper", "Upper bound.");
    Param location = number("location", "Where it begins.");
    location.fallback = 0;
    Param levels = number("levels", "The values, equally likely.");
    levels.kind = Kind::table;
    const std::vector<std::pair<std::string, std::string>> ordered = {{"lower", "upper"}};
    Rows<MarginalMethod> rows;
    auto add_row = [&](Method method, double (*quantile)(double, const Args&)) {
      MarginalMethod row;
      static_cast<Method&>(row) = std::move(method);
      row.quantile = quantile;
      rows.push_back(std::move(row));
    };
    add_row({"unif", "Uniform between two bounds.", "", {lower, upper}, plain, ordered}, uniform_quantile);
    add_row({"logunif", "The logarithm is uniform.", "", {number("lower", "Lower bound.", least), number("upper", "Upper bound.", least)}, plain, ordered}, loguniform_quantile);
    add_row({"triang", "Triangular.", "", {lower, upper, number("peak", "Where the peak is: 0 at the lower, 1 at the upper bound.", 0, 1)}, plain, ordered}, triangular_quantile);
    add_row({"norm", "Normal.", "", {number("mean", "Mean."), number("sd", "Standard deviation.", least)}}, normal_at);
    add_row({"truncnorm", "Normal, cut at two bounds.", "", {lower, upper, number("mean", "Mean before the cut."), number("sd", "Standard deviation before the cut.", least)}, plain, ordered}, truncated_normal_quantile);
    add_row({"lognorm", "The natural logarithm is normal.", "", {number("mean", "Mean of the logarithm."), number("sd", "Standard deviation of the logarithm.", least)}}, lognormal_quantile);
    add_row({"weibull", "Weibull.", "", {number("shape", "Shape.", least), number("scale", "Scale.", least), location}}, weibull_quantile);
    Param scale = number("scale", "Scale.", least);
    scale.fallback = 1;
    add_row({"gamma", "Gamma; not in SALib. Independent ones over their sum are Dirichlet weights.", "", {number("shape", "Shape.", 0.01), scale}}, gamma_quantile);
    add_row({"discrete", "Equally likely values; not in SALib.", "", {levels}}, level);
    return rows;
  }();
  return table;
}

}  // namespace egov
