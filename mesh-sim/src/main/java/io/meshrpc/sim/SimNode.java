package io.meshrpc.sim;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A process with one loop, in the turns of the live loop: mail, then frames, then time, then what the
 * engine wants done. A paused node's mail and frames pile up while its clock goes on.
 */
abstract class SimNode {
  private static final int TURN_MAX = 1024;
  private static final long MS = 1_000_000;

  /** What is handed to the loop. */
  interface Mail {
    /** Runs in a turn. */
    void open(long nowNs);
  }

  /** A frame, or the end of a connection if there are no bytes. */
  record Arrival(long route, byte @Nullable [] frame) {}

  protected final Sim sim;
  private final int index;
  private final String name;
  private final ArrayDeque<Mail> mail = new ArrayDeque<>();
  private final ArrayDeque<Arrival> arrivals = new ArrayDeque<>();
  private NodeClock clock = new NodeClock(0, 0);
  private int boot;
  private boolean alive;
  private boolean turnPlanned;
  private long busyUntilNs;
  private long pausedUntilNs;
  private long wantedNs = Long.MAX_VALUE; // when the next tick is wanted
  private long plannedNs = Long.MAX_VALUE; // the earliest alarm in the queue
  private long stray;

  private Event turn = new Turn();

  /** A turn of the loop, unless it was replanned. */
  private final class Turn extends Event {
    @Override
    void happen() {
      if (this != turn) {
        return;
      }
      turnPlanned = false;
      if (sim.kernel.nowNs() < pausedUntilNs) {
        planTurn();
      } else if (alive) {
        sim.guard(SimNode.this, SimNode.this::turn);
      }
    }
  }

  SimNode(Sim sim, int index, String name) {
    this.sim = sim;
    this.index = index;
    this.name = name;
  }

  abstract void onArrival(Arrival arrival, long nowNs);

  abstract void tick(long nowNs);

  abstract void flush(long nowNs);

  abstract long nextTickNs();

  int index() {
    return index;
  }

  String name() {
    return name;
  }

  /** Counts the processes that have run here. */
  int boot() {
    return boot;
  }

  boolean isAlive() {
    return alive;
  }

  /** Until when it stands still; in the past if it does not. */
  long pausedUntilNs() {
    return pausedUntilNs;
  }

  /** Frames that were no batches. */
  long stray() {
    return stray;
  }

  long shownNs() {
    return clock.read(sim.kernel.nowNs());
  }

  /** The clock of the process that runs here now, which goes on when that has ended. */
  LongSupplier clock() {
    NodeClock own = clock;
    return () -> own.read(sim.kernel.nowNs());
  }

  /** A new process, with a clock of its own; returns its stream of chance. */
  RandomGenerator begin() {
    boot++;
    alive = true;
    RandomGenerator random = sim.streams.of(name + "/" + boot);
    long most = sim.options.driftPpmMax;
    long drift = most == 0 ? 0 : random.nextLong(-most, most + 1);
    clock = new NodeClock(sim.kernel.nowNs(), drift);
    wantedNs = Long.MAX_VALUE;
    return random;
  }

  /** The process ends; what it had not read is lost. */
  void end() {
    alive = false;
    mail.clear();
    arrivals.clear();
    pausedUntilNs = 0;
    forgetTurn();
  }

  void post(Mail letter) {
    if (alive) {
      mail.addLast(letter);
      planTurn();
    }
  }

  void arrive(Arrival arrival) {
    if (alive) {
      arrivals.addLast(arrival);
      planTurn();
    }
  }

  /** It stands still until this moment. */
  void pause(long untilNs) {
    pausedUntilNs = Math.max(pausedUntilNs, untilNs);
  }

  void resume() {
    if (pausedUntilNs > sim.kernel.nowNs()) {
      pausedUntilNs = sim.kernel.nowNs();
      forgetTurn();
      planTurn();
    }
  }

  private void forgetTurn() {
    turn = new Turn();
    turnPlanned = false;
  }

  /** The batch of a frame; null if it is none. */
  @Nullable
  Batch decode(byte[] frame) {
    try {
      return BatchCodec.decode(frame);
    } catch (MalformedBatchException e) {
      stray++;
      return null;
    }
  }

  private void planTurn() {
    if (!turnPlanned) {
      turnPlanned = true;
      sim.kernel.at(Math.max(busyUntilNs, pausedUntilNs), turn);
    }
  }

  private void turn() {
    long nowNs = shownNs();
    Mail letter;
    for (int i = 0; i < TURN_MAX && (letter = mail.pollFirst()) != null; i++) {
      letter.open(nowNs);
    }
    Arrival arrival;
    for (int i = 0; i < TURN_MAX && (arrival = arrivals.pollFirst()) != null; i++) {
      onArrival(arrival, nowNs);
    }
    tick(nowNs);
    flush(nowNs);
    busyUntilNs = sim.kernel.nowNs() + sim.options.turnNs;
    if (!mail.isEmpty() || !arrivals.isEmpty()) {
      planTurn();
    }
    if (alive) {
      planAlarm(nowNs, nextTickNs());
    }
  }

  /** The live loop sleeps in whole milliseconds, and so does this one. */
  private void planAlarm(long nowNs, long nextNs) {
    if (nextNs == Long.MAX_VALUE) {
      wantedNs = Long.MAX_VALUE;
      return;
    }
    long sleepNs = Math.max(0, nextNs - nowNs + MS - 1) / MS * MS;
    wantedNs = Math.max(busyUntilNs, clock.when(nowNs + sleepNs));
    if (wantedNs < plannedNs) {
      planAlarmAt(wantedNs);
    }
  }

  private void planAlarmAt(long atNs) {
    plannedNs = atNs;
    sim.kernel.at(atNs, new Event() {
      @Override
      void happen() {
        onAlarm(this);
      }
    });
  }

  private void onAlarm(Event alarm) {
    if (alarm.atNs != plannedNs) {
      return; // an earlier one took its place
    }
    plannedNs = Long.MAX_VALUE;
    if (!alive || wantedNs == Long.MAX_VALUE) {
      return;
    }
    if (sim.kernel.nowNs() < wantedNs) {
      planAlarmAt(wantedNs);
    } else {
      planTurn();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
