#include "impute/chained/order.hpp"

#include <algorithm>
#include <numeric>

namespace egov::chained {
namespace {

std::vector<Index> by_key(const std::vector<std::uint32_t>& keys) {
  std::vector<Index> out(keys.size());
  std::iota(out.begin(), out.end(), Index{0});
  std::stable_sort(out.begin(), out.end(), [&](Index a, Index b) { return keys[static_cast<std::size_t>(a)] < keys[static_cast<std::size_t>(b)]; });
  return out;
}

template <class Item>
std::vector<Item> picked(const std::vector<Item>& from, const std::vector<Index>& order) {
  std::vector<Item> out;
  for (Index at : order) out.push_back(from[static_cast<std::size_t>(at)]);
  return out;
}

}  // namespace

std::uint32_t key_of(const std::string& name) {
  std::uint32_t key = 0x811C9DC5u;
  for (const char c : name) key = (key ^ static_cast<unsigned char>(c)) * 0x01000193u;
  return key;
}

Ordered in_order(const Block& given) {
  std::vector<std::uint32_t> codes;
  for (const std::string& name : given.names) codes.push_back(key_of(name));
  Ordered out{given, {}, by_key(given.keys), by_key(codes), {}};
  std::vector<Index> rows;
  for (Index at = 0; at < given.values.rows(); ++at) rows.push_back(out.row(at));
  out.block.values = given.values(rows, out.columns);
  out.auxiliaries = given.args[0].has("auxiliaries") ? Matrix(given.args[0].table("auxiliaries")(rows, Eigen::all)) : Matrix(given.values.rows(), 0);
  out.block.wanted = picked(given.wanted, out.columns);
  out.block.args = picked(given.args, out.columns);
  out.block.names = picked(given.names, out.columns);
  out.block.keys = picked(given.keys, out.units);
  out.codes = picked(codes, out.columns);
  return out;
}

}  // namespace egov::chained
