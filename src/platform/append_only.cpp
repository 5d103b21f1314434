#include "platform/append_only.hpp"

#include <fmt/format.h>

namespace tally::platform {

std::string append_only_sql(Engine engine, std::string_view table) {
  if (engine == Engine::kSqlite) {
    constexpr std::string_view kGuard =
        "CREATE TRIGGER {0}_no_{1} BEFORE {1} ON {0} "
        "BEGIN SELECT RAISE(ABORT, '{0} is append-only'); END;\n";
    return fmt::format(kGuard, table, "update") + fmt::format(kGuard, table, "delete");
  }
  return fmt::format(
      "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS\n"
      "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;\n"
      "CREATE TRIGGER {0}_append_only BEFORE UPDATE OR DELETE ON {0}\n"
      "FOR EACH ROW EXECUTE FUNCTION refuse_change();\n"
      "CREATE TRIGGER {0}_no_truncate BEFORE TRUNCATE ON {0}\n"
      "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();\n",
      table);
}

}  // namespace tally::platform
