#include <cstdio>

#include "tools/commands/commands.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/scale_out/scale_out.h"
#include "tools/wiring.h"

namespace foreshock {

int topics_create_command(const TopicsOptions& o) {
    const auto loaded = load_config(o.config);
    if (!loaded) return print(loaded.problems()), kWrongUsage;
    const Config& config = loaded.value();
    set_up_log(o, config);
    if (config.scale_out == ScaleOut::none) {
        print({{config.file, 0, 0, "a run of one process has no topics of its own", "write scale_out: kafka"}});
        return kWrongUsage;
    }
    const std::vector<KafkaTopic> topics = internal_topics(config, o.replication);
    const auto made = make_topics(producer_settings(config), topics);
    if (!made) return print(made.problems()), kOutsideFailed;
    for (size_t i = 0; i < topics.size(); ++i)
        std::printf("%s: %s\n", topics[i].name.c_str(), made.value()[i] == KafkaTopicMade::made ? ("made, " + std::to_string(topics[i].partitions) + " partitions").c_str() : "is there already");
    return kFine;
}

}  // namespace foreshock
