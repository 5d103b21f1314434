#include "server/serve/meters.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <string>

namespace tally::serve {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Histogram;

const Histogram::BucketBoundaries kRequestSeconds{0.005, 0.01, 0.025, 0.05, 0.1,
                                                  0.25,  0.5,  1,     2.5,  10};
const Histogram::BucketBoundaries kReceiptSeconds{0.5, 0.75, 1, 1.25, 1.5, 1.75, 2,
                                                  2.5, 3,    4, 5,    10,  30,   60};
const Histogram::BucketBoundaries kShares{0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1};

}  // namespace

struct Meters::Impl {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = BuildCounter()
                                                          .Name("tally_http_requests_total")
                                                          .Help("Requests that were answered")
                                                          .Register(registry);
  Histogram& request_seconds = BuildHistogram()
                                   .Name("tally_http_request_seconds")
                                   .Help("Time to answer a request")
                                   .Register(registry)
                                   .Add({}, kRequestSeconds);
  Histogram& receipt_seconds =
      BuildHistogram()
          .Name("tally_door_closed_to_receipt_seconds")
          .Help("From the door's closing to the receipt, of sessions that no human saw")
          .Register(registry)
          .Add({}, kReceiptSeconds);
  Histogram& watched = BuildHistogram()
                           .Name("tally_watched_at_close_ratio")
                           .Help("Share of a session's frames watched when its door closed")
                           .Register(registry)
                           .Add({}, kShares);
  prometheus::Counter& reviews = BuildCounter()
                                     .Name("tally_sessions_to_review_total")
                                     .Help("Sessions that a human has to look at")
                                     .Register(registry)
                                     .Add({});
  prometheus::Family<prometheus::Gauge>& gauges = BuildGauge()
                                                      .Name("tally_cabinets_connected")
                                                      .Help("Cabinets with a connection")
                                                      .Register(registry);
  prometheus::Gauge& connected = gauges.Add({});
  prometheus::Family<prometheus::Gauge>& outbox =
      BuildGauge().Name("tally_outbox_messages").Help("Messages by state").Register(registry);
  prometheus::Gauge& outbox_waiting = outbox.Add({{"state", "waiting"}});
  prometheus::Gauge& outbox_dead = outbox.Add({{"state", "dead"}});
  prometheus::Family<prometheus::Gauge>& webhooks =
      BuildGauge().Name("tally_webhook_deliveries").Help("Deliveries by state").Register(registry);
  prometheus::Gauge& webhooks_waiting = webhooks.Add({{"state", "waiting"}});
  prometheus::Gauge& webhooks_dead = webhooks.Add({{"state", "dead"}});
  prometheus::Family<prometheus::Gauge>& jobs =
      BuildGauge().Name("tally_pipeline_jobs").Help("Sessions by state").Register(registry);
  prometheus::Gauge& jobs_waiting = jobs.Add({{"state", "waiting"}});
  prometheus::Gauge& jobs_running = jobs.Add({{"state", "running"}});
  prometheus::Gauge& jobs_dead = jobs.Add({{"state", "dead"}});
  prometheus::Gauge& store = BuildGauge()
                                 .Name("tally_store_transactions_waiting")
                                 .Help("Transactions that wait for a thread")
                                 .Register(registry)
                                 .Add({});
  prometheus::Gauge& connections =
      BuildGauge().Name("tally_http_connections").Help("Open").Register(registry).Add({});
  prometheus::Gauge& unmatched = BuildGauge()
                                     .Name("tally_unmatched_ledger_minor")
                                     .Help("Sold and neither captured nor owed; 0 at rest")
                                     .Register(registry)
                                     .Add({});
  prometheus::Gauge& unbalanced = BuildGauge()
                                      .Name("tally_unbalanced_ledgers")
                                      .Help("Currencies whose debits and credits differ; 0 always")
                                      .Register(registry)
                                      .Add({});
};

Meters::Meters() : impl_(std::make_unique<Impl>()) {}
Meters::~Meters() = default;

void Meters::request(std::string_view method, int status, double seconds) {
  impl_->requests.Add({{"method", std::string(method)}, {"status", std::to_string(status)}})
      .Increment();
  impl_->request_seconds.Observe(seconds);
}

void Meters::receipt(double seconds_after_close, double watched_at_close) {
  impl_->receipt_seconds.Observe(seconds_after_close);
  if (watched_at_close >= 0) impl_->watched.Observe(watched_at_close);
}

void Meters::reviewed() { impl_->reviews.Increment(); }

std::string Meters::text(const Gauges& gauges) {
  impl_->connected.Set(gauges.cabinets_connected);
  impl_->outbox_waiting.Set(gauges.outbox_waiting);
  impl_->outbox_dead.Set(gauges.outbox_dead);
  impl_->webhooks_waiting.Set(gauges.webhooks_waiting);
  impl_->webhooks_dead.Set(gauges.webhooks_dead);
  impl_->jobs_waiting.Set(gauges.pipeline_waiting);
  impl_->jobs_running.Set(gauges.pipeline_running);
  impl_->jobs_dead.Set(gauges.pipeline_dead);
  impl_->store.Set(gauges.store_queued);
  impl_->connections.Set(gauges.http_connections);
  impl_->unmatched.Set(gauges.ledger_unmatched_minor);
  impl_->unbalanced.Set(gauges.ledger_unbalanced);
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace tally::serve
