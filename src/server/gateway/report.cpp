#include "server/gateway/report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/core/commands.hpp"

namespace tally::gateway {
namespace {

using core::Desk;

Result<void> told(Desk& desk, const TenantId& tenant, const SessionId& session,
                  const link::DoorOpened&, Instant at) {
  return desk.tell(tenant, session, commerce::SessionEvent(commerce::DoorOpened{at}));
}

Result<void> told(Desk& desk, const TenantId& tenant, const SessionId& session,
                  const link::DoorClosed&, Instant at) {
  return desk.tell(tenant, session, commerce::SessionEvent(commerce::DoorClosed{at}));
}

Result<void> told(Desk& desk, const TenantId& tenant, const SessionId& session,
                  const link::Recording& recording, Instant) {
  const auto known = desk.find<commerce::Footage>(tenant, session.text());
  if (!known) return std::unexpected(known.error());
  if (*known != nullptr) return {};  // Told again, by a cabinet that restarted in between.
  std::vector<commerce::CameraStart> cameras;
  for (const link::CameraStart& camera : recording.cameras) {
    cameras.push_back({camera.camera, camera.start_ms});
  }
  auto footage = commerce::begin_footage(cameras);
  if (!footage) return std::unexpected(footage.error());
  desk.add(tenant, session.text(), *std::move(footage));
  desk.hints().pipeline = true;
  return {};
}

Result<void> told(Desk& desk, const TenantId& tenant, const SessionId& session,
                  const link::Manifest& manifest, Instant at) {
  const auto known = desk.find<commerce::Footage>(tenant, session.text());
  if (!known) return std::unexpected(known.error());
  if (*known == nullptr) {
    // Cameras that never began: there is nothing to be watched.
    return desk.tell(
        tenant, session,
        commerce::SessionEvent(commerce::FootageLost{at, "the cabinet has recorded nothing"}));
  }
  commerce::ManifestTold event;
  for (const link::CameraSegments& camera : manifest.cameras) {
    event.cameras.push_back({camera.camera, camera.segments});
  }
  auto done = desk.tell(tenant, session, commerce::FootageEvent(std::move(event)));
  if (done) return done;
  // A manifest that can't be: what there is of the video proves nothing.
  return desk.tell(tenant, session,
                   commerce::SessionEvent(commerce::FootageLost{at, done.error().message}));
}

}  // namespace

std::string_view name_of(const link::ReportBody& what) {
  constexpr std::string_view kNames[] = {"door_opened", "door_closed", "recording", "manifest"};
  static_assert(std::size(kNames) == std::variant_size_v<link::ReportBody>);
  return kNames[what.index()];
}

Result<void> apply(Desk& desk, const TenantId& tenant, const CabinetId& cabinet,
                   const link::Report& report) {
  const Instant told_at = desk.now() - Duration(report.age_ms);
  if (report.session.empty()) {
    if (!std::holds_alternative<link::DoorOpened>(report.body)) return {};
    return desk.tell(tenant, cabinet, commerce::FleetEvent(commerce::ForcedDoor{told_at}));
  }
  const auto session = desk.row<commerce::Session>(tenant, report.session.text());
  if (!session) return std::unexpected(session.error());
  if ((*session)->value.cabinet != cabinet) {
    return fail(core::CoreError::kMissing,
                fmt::format("{} is no session of {}", report.session.text(), cabinet.text()));
  }
  // A cabinet that was switched off in between knows the age by its clock, which may be wrong by
  // days: nothing of a session was before it.
  const Instant at = std::max(told_at, (*session)->value.begun);
  return std::visit([&](const auto& what) { return told(desk, tenant, report.session, what, at); },
                    report.body);
}

Result<void> apply(Desk& desk, const TenantId& tenant, const CabinetId& cabinet,
                   const link::CommandAnswer& answer) {
  const auto known =
      core::answer_command(desk.transaction(), cabinet, answer.command, answer.obeyed);
  if (!known) return std::unexpected(known.error());
  if (!*known || answer.obeyed || !std::holds_alternative<link::Unlock>((*known)->body)) return {};
  return desk.tell(tenant, (*known)->session,
                   commerce::SessionEvent(commerce::UnlockRefused{desk.now(), answer.reason}));
}

}  // namespace tally::gateway
