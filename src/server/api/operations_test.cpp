#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "server/api/operation.hpp"
#include "server/identity/roles.hpp"

namespace tally::api {
namespace {

using identity::Role;

std::string_view word_of(KeyUse use) {
  return use == KeyUse::kNone ? "none" : use == KeyUse::kOptional ? "optional" : "required";
}

std::string_view word_of(RouteKind kind) {
  switch (kind) {
    case RouteKind::kPlain:
      return "plain";
    case RouteKind::kUpload:
      return "upload";
    case RouteKind::kWebSocket:
      return "websocket";
    case RouteKind::kStream:
      return "stream";
  }
  return "";
}

std::set<std::string> words_of(std::string_view text, char apart) {
  std::set<std::string> words;
  while (!text.empty() && text != "-") {
    const std::size_t end = std::min(text.find(apart), text.size());
    words.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// In the form of tests/openapi_operations.py, with sets in order.
std::string line_of(std::string_view id, std::string_view method, std::string_view path,
                    const std::set<std::string>& roles, std::string_view key, std::string_view kind,
                    const std::set<std::string>& query, bool counted, bool body) {
  return fmt::format("{} {} {} roles=[{}] key={} kind={} query=[{}] counted={} body={}", id, method,
                     path, fmt::join(roles, ","), key, kind, fmt::join(query, ","), counted, body);
}

std::vector<std::string> of_the_program() {
  std::vector<std::string> lines;
  for (const Operation& operation : operations()) {
    std::set<std::string> roles;
    for (std::size_t i = 0; i < identity::kRoleCount; ++i) {
      const auto role = static_cast<Role>(i);
      if (operation.roles.names(role)) roles.emplace(name_of(role));
    }
    lines.push_back(line_of(operation.id, name_of(operation.method), operation.pattern, roles,
                            word_of(operation.key), word_of(operation.kind),
                            words_of(operation.query, ' '), operation.rate == Rate::kSignIn,
                            operation.body));
  }
  return lines;
}

// Nothing where Python or its YAML library is not there.
std::vector<std::string> of_the_document() {
  const std::string command = fmt::format("python3 '{}/tests/openapi_operations.py' '{}'",
                                          TALLY_SOURCE_DIR, TALLY_SOURCE_DIR "/api/openapi.yaml");
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> piece{};
  while (pipe != nullptr) {
    const std::size_t count = std::fread(piece.data(), 1, piece.size(), pipe);
    if (count == 0) break;
    text.append(piece.data(), count);
  }
  if (pipe == nullptr || ::pclose(pipe) != 0) return {};
  std::vector<std::string> lines;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    std::array<std::string_view, 9> fields;
    for (auto& field : fields) {
      field = line.substr(0, line.find('|'));
      line.remove_prefix(std::min(field.size() + 1, line.size()));
    }
    lines.push_back(line_of(fields[0], fields[1], fields[2], words_of(fields[3], ','), fields[4],
                            fields[5], words_of(fields[6], ' '), fields[7] == "sign_in",
                            fields[8] == "json"));
  }
  return lines;
}

std::vector<std::string> without(const std::vector<std::string>& these,
                                 const std::vector<std::string>& those) {
  std::vector<std::string> rest;
  std::ranges::set_difference(these, those, std::back_inserter(rest));
  return rest;
}

TEST(Operations, AreThoseOfTheDocument) {
  auto document = of_the_document();
  if (document.empty()) GTEST_SKIP() << "python3 with its YAML library is not installed";
  auto program = of_the_program();
  std::ranges::sort(document);
  std::ranges::sort(program);
  EXPECT_THAT(without(program, document), testing::IsEmpty()) << "not in openapi.yaml";
  EXPECT_THAT(without(document, program), testing::IsEmpty()) << "not in operation.cpp";
}

TEST(Operations, AreFoundByTheirIds) {
  std::set<std::string_view> ids;
  for (const Operation& operation : operations()) {
    EXPECT_TRUE(ids.insert(operation.id).second) << operation.id;
    EXPECT_EQ(find_operation(operation.id), &operation);
  }
  EXPECT_EQ(find_operation("make_coffee"), nullptr);
}

TEST(Operations, ThatTouchMoneyOrBeginSessionsNeedAKey) {
  for (const std::string_view id :
       {"begin_session", "open_dispute", "decide_review", "decide_dispute", "create_refund",
        "pay_debts", "write_off_debt", "begin_restock", "count_stock", "declare_restock"}) {
    const Operation* operation = find_operation(id);
    ASSERT_NE(operation, nullptr) << id;
    EXPECT_EQ(operation->key, KeyUse::kRequired) << id;
  }
}

TEST(Roles, AreTheNamedOnesAndThoseAbove) {
  EXPECT_TRUE(may_use({}, Role::kNobody));
  EXPECT_FALSE(may_use({Role::kViewer}, Role::kNobody));
  EXPECT_TRUE(may_use({Role::kViewer}, Role::kOwner));
  EXPECT_FALSE(may_use({Role::kOwner}, Role::kOperator));
  EXPECT_FALSE(may_use({Role::kReviewer}, Role::kRestocker));
  EXPECT_FALSE(may_use({Role::kShopper}, Role::kOwner));
  EXPECT_FALSE(may_use({Role::kDevice}, Role::kOwner));
  EXPECT_TRUE(may_use({Role::kShopper, Role::kViewer}, Role::kShopper));
}

}  // namespace
}  // namespace tally::api
