package io.meshrpc.bench;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the clients do.
 *
 * @param mode how they wait
 * @param payloadBytes bytes of each payload
 * @param inFlight calls in flight of the whole client; of no meaning to {@link Mode#LATENCY}
 * @param threads threads that start calls
 * @param openPerSecond calls started each second, whether others have ended or not; 0: closed loop
 * @param clients clients in the one JVM, which take the calls in turn
 */
record Load(
    Mode mode, int payloadBytes, int inFlight, int threads, int openPerSecond, int clients) {
  /** That of one client. */
  Load(Mode mode, int payloadBytes, int inFlight, int threads, int openPerSecond) {
    this(mode, payloadBytes, inFlight, threads, openPerSecond, 1);
  }

  /** How callers wait. */
  enum Mode {
    /** Each thread makes one blocking call at a time. */
    LATENCY,
    /** Each thread keeps its share of the calls in flight. */
    THROUGHPUT,
    /** Each call that ends starts the next, on the thread that tells its end. */
    CHAINED
  }

  /** Calls in flight at most. */
  int concurrency() {
    return mode == Mode.LATENCY ? threads : inFlight;
  }

  /** In one word, for a child's command line. */
  String word() {
    return Stream.of(mode, payloadBytes, inFlight, threads, openPerSecond, clients)
        .map(String::valueOf)
        .collect(Collectors.joining(","));
  }

  static Load parse(String word) {
    String[] parts = word.split(",", -1);
    return new Load(
        Mode.valueOf(parts[0]),
        Integer.parseInt(parts[1]),
        Integer.parseInt(parts[2]),
        Integer.parseInt(parts[3]),
        Integer.parseInt(parts[4]),
        Integer.parseInt(parts[5]));
  }
}
