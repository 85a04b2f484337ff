package io.meshrpc.sim.balance;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Results as JSON: a list with an object for each run. Names need no escapes. */
final class Json {
  private Json() {}

  static String of(List<Result> results) {
    return results.stream().map(Json::of).collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
  }

  private static String of(Result result) {
    return "{\"scenario\": \"%s\", \"policy\": \"%s\", \"seed\": %d, \"p50_ms\": %s, \"p99_ms\": %s,"
            .formatted(
                result.run().scenario(),
                result.run().policy(),
                result.run().seed(),
                number(result.p50Ms()),
                number(result.p99Ms()))
        + " \"p999_ms\": %s, \"error_rate\": %s, \"messages_per_request\": %s}"
            .formatted(
                number(result.p999Ms()),
                number(result.errorRate()),
                number(result.messagesPerRequest()));
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.6f", value) : "null";
  }
}
