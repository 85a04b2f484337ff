package io.meshrpc.testkit;

import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.sim.Passage;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * The next requests to a server, or the next replies from it, and what becomes of them. Nothing is
 * said before one of the last four methods is called. Rules are asked in the order in which they were
 * made, and each frame is counted by the first that is about it.
 */
public final class NextFrames {
  private final Rules<Passage> rules;
  private final int times;
  private final Predicate<MethodDescriptor<?, ?>> which;

  NextFrames(Rules<Passage> rules, int times, Predicate<MethodDescriptor<?, ?>> which) {
    this.rules = rules;
    this.times = times;
    this.which = which;
  }

  /** Only those of this method, which is to be one of the server's. */
  public NextFrames of(MethodDescriptor<?, ?> method) {
    return matching(rules.known(method)::equals);
  }

  /** Only those of methods that fit; together with what was said before. */
  public NextFrames matching(Predicate<MethodDescriptor<?, ?>> methods) {
    return new NextFrames(rules, times, which.and(methods));
  }

  /**
   * They do not arrive: the connection breaks while each is in flight, both ends learn of it, and the
   * client connects again. TCP loses nothing in the midst of a connection that goes on; for frames
   * that get nowhere while nobody learns of it see {@link TestMesh#cut} and {@link TestMesh#blackHole}.
   */
  public void drop() {
    add(Passage.Fate.BREAKS, 0);
  }

  /** They arrive so much later; what follows them on their connection waits behind them. */
  public void delay(Duration span) {
    add(Passage.Fate.LATE, Spans.nanos("delay", span));
  }

  /** As {@link #duplicate(Duration)}, with the copy right behind. */
  public void duplicate() {
    duplicate(Duration.ZERO);
  }

  /**
   * A copy of each leaves on the same connection, so long after it. TCP does not do that, and the mesh
   * relies on it: a request that is not idempotent still runs once, but an idempotent one runs again
   * if its copy comes when it has ended, as it may when a call moves.
   */
  public void duplicate(Duration later) {
    add(Passage.Fate.TWICE, Spans.nanos("later", later));
  }

  private void add(Passage.Fate fate, long spanNs) {
    rules.add(times, which, new Passage(fate, spanNs));
  }
}
