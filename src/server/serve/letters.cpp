#include "server/serve/letters.hpp"

#include <fmt/format.h>

#include <chrono>

namespace tally::serve {

mail::Letter letter_of_code(const identity::IssuedCode& issued, const std::string& operator_name,
                            const std::string& language) {
  const auto minutes =
      std::chrono::duration_cast<std::chrono::minutes>(identity::kCodeLifetime).count();
  if (language == "es") {
    return {issued.email, "Tu código",
            fmt::format("Tu código es {}. Sirve para entrar en {} y vale {} minutos. Si no lo has "
                        "pedido, no hagas nada: sin él no entra nadie.",
                        issued.code, operator_name, minutes),
            issued.code};
  }
  return {issued.email, "Your code",
          fmt::format("Your code is {}. It signs you in at {} and is valid for {} minutes. "
                      "If you did not ask for it, do nothing: without it nobody gets in.",
                      issued.code, operator_name, minutes),
          issued.code};
}

}  // namespace tally::serve
