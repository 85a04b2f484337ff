package io.meshrpc.sim;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What a run of a {@link Scenario} brought. All times are true time since the start of the run. */
public final class Outcome {
  private final List<Call> calls;
  private final List<Move> moves;
  private final long traceHash;
  private final long events;

  /**
   * One call that has ended.
   *
   * @param client its client, from 0
   * @param idempotent whether it may run twice
   * @param priority how it ranked
   * @param begun when its caller made it
   * @param latency from then to its end
   * @param code how it ended
   * @param execution what its caller was told of the work
   * @param attempts each sending
   * @param executions how often a handler really ran
   */
  public record Call(
      int client,
      boolean idempotent,
      Priority priority,
      Duration begun,
      Duration latency,
      Code code,
      Execution execution,
      List<Attempt> attempts,
      int executions) {
    /** Whether it succeeded. */
    public boolean isOk() {
      return code == Code.OK;
    }

    /** When it ended. */
    public Duration ended() {
      return begun.plus(latency);
    }
  }

  /**
   * One sending of a call.
   *
   * @param at when
   * @param server to which server, from 0
   */
  public record Attempt(Duration at, int server) {}

  /**
   * A move in a client's liveness table.
   *
   * @param at when
   * @param client whose table, from 0
   * @param server which server, from 0
   * @param from where it stood
   * @param to where it stands
   * @param reason why, in words
   */
  public record Move(
      Duration at, int client, int server, PeerState from, PeerState to, String reason) {}

  private Outcome(List<Call> calls, List<Move> moves, long traceHash, long events) {
    this.calls = calls;
    this.moves = moves;
    this.traceHash = traceHash;
    this.events = events;
  }

  static Outcome of(Sim sim) {
    List<Call> calls = new ArrayList<>();
    for (SimCall call : sim.calls) {
      if (!call.hasEnded() || call.code == null || call.execution == null) {
        continue;
      }
      List<Attempt> attempts = new ArrayList<>();
      call.sends.forEach(
          send -> attempts.add(new Attempt(Duration.ofNanos(send.atNs()), send.server())));
      calls.add(new Call(
          call.client.index(),
          call.idempotent,
          call.priority,
          Duration.ofNanos(call.issuedNs),
          Duration.ofNanos(call.endedNs - call.issuedNs),
          call.code,
          call.execution,
          List.copyOf(attempts),
          call.runs.size()));
    }
    return new Outcome(
        List.copyOf(calls), List.copyOf(sim.moves), sim.trace.hash(), sim.kernel.happened());
  }

  /** All calls that have ended, in the order of their beginning. */
  public List<Call> calls() {
    return calls;
  }

  /** The calls that began from one moment on and before another. */
  public List<Call> calls(Duration from, Duration until) {
    return calls.stream()
        .filter(call -> call.begun.compareTo(from) >= 0 && call.begun.compareTo(until) < 0)
        .toList();
  }

  /** The calls that failed. */
  public List<Call> failures() {
    return calls.stream().filter(call -> !call.isOk()).toList();
  }

  /** How many calls failed, by code and by what is known of the work. */
  public Map<Code, Map<Execution, Integer>> failureCounts() {
    Map<Code, Map<Execution, Integer>> counts = new TreeMap<>();
    for (Call call : failures()) {
      counts
          .computeIfAbsent(call.code, any -> new TreeMap<>())
          .merge(call.execution, 1, Integer::sum);
    }
    return counts;
  }

  /**
   * The latency that this share of the calls, begun in this window, did not exceed. Failures count
   * with the time that they took; zero if there were no calls.
   */
  public Duration latency(double share, Duration from, Duration until) {
    long[] all = calls(from, until).stream()
        .mapToLong(call -> call.latency.toNanos())
        .sorted()
        .toArray();
    if (all.length == 0) {
      return Duration.ZERO;
    }
    int index = (int) Math.ceil(share * all.length) - 1;
    return Duration.ofNanos(all[Math.max(0, Math.min(all.length - 1, index))]);
  }

  /** The share of calls begun in this window that succeeded; 1 if there were none. */
  public double goodput(Duration from, Duration until) {
    List<Call> window = calls(from, until);
    long good = window.stream().filter(Call::isOk).count();
    return window.isEmpty() ? 1 : (double) good / window.size();
  }

  /** Sendings for each call; 0 if there were no calls. */
  public double attemptsPerCall() {
    long attempts = calls.stream().mapToLong(call -> call.attempts.size()).sum();
    return calls.isEmpty() ? 0 : (double) attempts / calls.size();
  }

  /** When each request was sent to this server, in order. */
  public List<Duration> attemptsAt(int server) {
    return calls.stream()
        .flatMap(call -> call.attempts.stream())
        .filter(attempt -> attempt.server == server)
        .map(Attempt::at)
        .sorted()
        .toList();
  }

  /** How often handlers ran in all, for calls that have ended. */
  public long executions() {
    return calls.stream().mapToLong(Call::executions).sum();
  }

  /** All moves in all liveness tables, in order. */
  public List<Move> moves() {
    return moves;
  }

  /** The moves that fit. */
  public List<Move> moves(Predicate<Move> which) {
    return moves.stream().filter(which).toList();
  }

  /** The same seed and scenario give the same number, in every run with the same JDK. */
  public long traceHash() {
    return traceHash;
  }

  /** How many events the run had. */
  public long events() {
    return events;
  }

  @Override
  public String toString() {
    long[] all =
        calls.stream().mapToLong(call -> call.latency.toNanos()).sorted().toArray();
    String spread = "";
    if (all.length > 0) {
      double[] ms = Arrays.stream(new double[] {0.5, 0.99, 1})
          .map(share -> all[(int) Math.ceil(share * all.length) - 1] / 1e6)
          .toArray();
      spread = ", p50 %.1f ms, p99 %.1f ms, longest %.1f ms".formatted(ms[0], ms[1], ms[2]);
    }
    return "%d calls, %d failed %s, %.3f attempts per call%s, %d moves, %d events, hash %016x"
        .formatted(
            calls.size(),
            failures().size(),
            failureCounts(),
            attemptsPerCall(),
            spread,
            moves.size(),
            events,
            traceHash);
  }
}
