#include "server/routes/routes.hpp"

namespace tally::routes {

void add_public_routes(api::Api& api, Services& services) {
  add_sign_in_routes(api, services);
  add_people_routes(api, services);
  add_wallet_routes(api, services);
  add_place_routes(api, services);
  add_goods_routes(api, services);
  add_planogram_routes(api, services);
  add_event_routes(api, services);
  add_webhook_routes(api, services);
  add_shopping_routes(api, services);
  add_dispute_routes(api, services);
  add_money_routes(api, services);
  add_notice_routes(api, services);
  add_review_routes(api, services);
  add_stock_routes(api, services);
  add_history_routes(api, services);
  add_ledger_routes(api, services);
  add_statistics_routes(api, services);
  add_dead_work_routes(api, services);
  add_live_routes(api, services);
}

void add_routes(api::Api& api, Services& services) {
  add_public_routes(api, services);
  add_device_routes(api, services);
  add_health_routes(api, services);
}

}  // namespace tally::routes
