package io.meshrpc.soak;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.RpcException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** What callers did and were told, call by call, and whether that agrees with the servers' books. */
final class Ledger {
  private static final int CALLS_MAX = 20_000_000;
  private static final int FINDINGS_MAX = 20;

  /** What a caller was told. */
  enum Told {
    /** Nothing yet. */
    OPEN,
    OK,
    /** The handler answered with a failure. */
    EXECUTED,
    NOT_EXECUTED,
    NOT_SENT,
    UNKNOWN,
    /** Nothing, or UNKNOWN: it gave the call up itself, or was interrupted, or closed its client. */
    GAVE_UP;

    static Told of(RpcException failure) {
      return failure.code() == Code.CANCELLED && failure.execution() == Execution.UNKNOWN
          ? GAVE_UP
          : valueOf(failure.execution().name());
    }
  }

  private static final int MAY_REPEAT = 16; // the method's idempotency, beside the place of Told
  private static final int CALM = 32; // no fault while it ran

  private final AtomicLong ids = new AtomicLong();
  private final AtomicIntegerArray told = new AtomicIntegerArray(CALLS_MAX / Integer.BYTES);
  private final AtomicLong twice = new AtomicLong();
  private final AtomicLong completed = new AtomicLong();

  /** A call begins. */
  long begin() {
    long id = ids.incrementAndGet();
    if (id >= CALLS_MAX) {
      throw new IllegalStateException("calls: " + id + " (expected: < " + CALLS_MAX + ")");
    }
    return id;
  }

  /** It has ended. */
  void end(long id, boolean mayRepeat, boolean calm, Told what) {
    int entry = what.ordinal() | (mayRepeat ? MAY_REPEAT : 0) | (calm ? CALM : 0);
    int shift = (int) (id % Integer.BYTES) * Byte.SIZE;
    int before = told.getAndAccumulate(
        (int) (id / Integer.BYTES), entry << shift, (old, added) -> old | added);
    if ((before >> shift & 0xff) != 0) {
      twice.incrementAndGet();
    }
    completed.incrementAndGet();
  }

  long begun() {
    return ids.get();
  }

  long open() {
    return ids.get() - completed.get();
  }

  private int entry(long id) {
    return told.get((int) (id / Integer.BYTES)) >> (int) (id % Integer.BYTES) * Byte.SIZE & 0xff;
  }

  /** Compares with the books of all processes of all servers. */
  Verdict judge(Path directory) throws IOException {
    byte[] begun = new byte[(int) ids.get() + 1];
    byte[] ended = new byte[(int) ids.get() + 1];
    long[] totals = new long[2];
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".books")).toList()) {
        read(file, begun, ended, totals);
      }
    }
    return compare(begun, ended, totals);
  }

  private static void read(Path file, byte[] begun, byte[] ended, long[] totals)
      throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      while (true) {
        long entry = in.readLong();
        if (entry > 0) {
          begun[(int) entry]++;
          totals[0]++;
        } else {
          ended[(int) -entry]++;
          totals[1]++;
        }
      }
    } catch (EOFException e) {
      // all read
    }
  }

  private Verdict compare(byte[] begun, byte[] ended, long[] totals) {
    Map<Told, Long> counts = new EnumMap<>(Told.class);
    List<String> wrong = new ArrayList<>();
    long repeated = 0;
    long unfinished = 0;
    for (int id = 1; id <= ids.get(); id++) {
      int entry = entry(id);
      Told what = Told.values()[entry & (MAY_REPEAT - 1)];
      boolean mayRepeat = (entry & MAY_REPEAT) != 0;
      counts.merge(what, 1L, Long::sum);
      repeated += Math.max(0, begun[id] - 1);
      unfinished += begun[id] - ended[id];
      String fault = fault(what, mayRepeat, (entry & CALM) != 0, begun[id], ended[id]);
      if (!fault.isEmpty() && wrong.size() < FINDINGS_MAX) {
        wrong.add("call " + id + ": " + fault + "; told " + what + ", begun " + begun[id]
            + " times, ended " + ended[id] + (mayRepeat ? ", may repeat" : ", must not repeat"));
      }
    }
    return new Verdict(
        ids.get(),
        completed.get(),
        twice.get(),
        counts,
        totals[0],
        totals[1],
        repeated,
        unfinished,
        wrong);
  }

  private static String fault(Told what, boolean mayRepeat, boolean calm, int begun, int ended) {
    if (what == Told.OPEN) {
      return "never ended";
    }
    if (!mayRepeat && begun > 1) {
      return "executed twice";
    }
    if ((what == Told.OK || what == Told.EXECUTED) && ended == 0) {
      return "was not executed";
    }
    if ((what == Told.NOT_SENT || what == Told.NOT_EXECUTED) && begun > 0) {
      return "was executed";
    }
    if (calm && what == Told.UNKNOWN) {
      return "unknown without a fault";
    }
    return "";
  }

  /**
   * How the books agree.
   *
   * @param started calls
   * @param completed their ends
   * @param twice ends of calls that had ended
   * @param told how many calls ended how
   * @param begun executions
   * @param ended those that came to their end
   * @param repeated executions beyond the first of a call
   * @param unfinished executions that a kill ended
   * @param wrong what does not agree, the first of it
   */
  record Verdict(
      long started,
      long completed,
      long twice,
      Map<Told, Long> told,
      long begun,
      long ended,
      long repeated,
      long unfinished,
      List<String> wrong) {
    boolean agrees() {
      return started == completed && twice == 0 && wrong.isEmpty();
    }

    @Override
    public String toString() {
      return "calls started %,d, ended %,d, ended twice %,d; told %s%n"
              .formatted(started, completed, twice, told)
          + "executions begun %,d, ended %,d, cut off by a kill %,d, repeated %,d%n"
              .formatted(begun, ended, unfinished, repeated)
          + (wrong.isEmpty() ? "all books agree" : "WRONG: " + String.join("\n  ", wrong));
    }
  }
}
