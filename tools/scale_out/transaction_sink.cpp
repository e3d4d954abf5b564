#include "tools/scale_out/transaction_sink.h"

#include "connectors/format/advice_event.h"
#include "connectors/format/suppression_event.h"

namespace foreshock {

void TransactionSink::deliver(std::span<const WarningRevision> revisions) {
    if (context_.advice) return;
    for (const auto& w : revisions) into_.push_back({topic_, -1, w.id, to_cloudevent(w, context_), std::string(kCloudEventContentType)});
}

void TransactionSink::advise(std::span<const CapacityAdvice> advice) {
    if (!context_.advice) return;
    for (const auto& a : advice) into_.push_back({topic_, -1, a.id, to_cloudevent(a, context_), std::string(kCloudEventContentType)});
}

void TransactionSink::keep(std::span<const SuppressedWarning> suppressed) {
    if (!context_.suppressed) return;
    for (const auto& w : suppressed)
        into_.push_back({topic_, -1, suppression_id(w, context_), to_cloudevent(w, context_), std::string(kCloudEventContentType)});
}

}  // namespace foreshock
