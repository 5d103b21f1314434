// The routes of the public API, room by room; docs/api.md tells how to add one.
//
// Each function adds its routes to the Api, before the server starts. Services outlive it.
#pragma once

#include "server/api/api.hpp"
#include "server/routes/services.hpp"

namespace tally::routes {

void add_sign_in_routes(api::Api& api, Services& services);    // Signing in and out, GET /v1/me.
void add_people_routes(api::Api& api, Services& services);     // Users, API keys, the tenant.
void add_wallet_routes(api::Api& api, Services& services);     // A shopper's means of payment.
void add_place_routes(api::Api& api, Services& services);      // Sites, cabinets.
void add_goods_routes(api::Api& api, Services& services);      // Products, markets; and
void add_photo_routes(api::Api& api, Services& services);      // products' photos.
void add_planogram_routes(api::Api& api, Services& services);  // Planograms, camera layouts.
void add_event_routes(api::Api& api, Services& services);      // The list and its stream.
void add_webhook_routes(api::Api& api, Services& services);    // Where webhooks go.
void add_shopping_routes(api::Api& api, Services& services);   // Sessions, receipts, their clips.
void add_dispute_routes(api::Api& api, Services& services);    // What a receipt has wrong.
void add_money_routes(api::Api& api, Services& services);      // Payments, debts, the ledger.
void add_notice_routes(api::Api& api, Services& services);     // What Stripe tells on its own.
void add_review_routes(api::Api& api, Services& services);     // Reviews, carts, videos.
void add_stock_routes(api::Api& api, Services& services);      // Restocking, stock, alerts.
void add_history_routes(api::Api& api, Services& services);
void add_ledger_routes(api::Api& api, Services& services);
void add_statistics_routes(api::Api& api, Services& services);
void add_dead_work_routes(api::Api& api, Services& services);  // Work that was given up.
void add_live_routes(api::Api& api, Services& services);       // A session's stream.

void add_device_routes(api::Api& api, Services& services);  // A cabinet's own.
void add_health_routes(api::Api& api, Services& services);  // A process's health and metrics.
// All but a cabinet's own and a process's.
void add_public_routes(api::Api& api, Services& services);
// All there are.
void add_routes(api::Api& api, Services& services);

}  // namespace tally::routes
