#include <cstdlib>

#include "server/records/records.hpp"

namespace tally::records {

ErrorCode code_of(RecordError error) {
  switch (error) {
    case RecordError::kCorrupt:
      return {"record.corrupt", ErrorKind::kFailed};
  }
  std::abort();
}

}  // namespace tally::records
