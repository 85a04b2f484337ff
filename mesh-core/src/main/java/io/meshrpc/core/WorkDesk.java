package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.LoadReport;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import org.jspecify.annotations.Nullable;

/** All work of a server that has not ended: lets it in, starts it, sheds it, ends it. */
final class WorkDesk {
  /** Who tells clients. */
  interface Answerer {
    /** The client of the call hears this, if it is still there. */
    void answer(ClientSession client, Packet packet);
  }

  private final ServerLimits limits;
  private final ServerOutbox out;
  private final Answerer answerer;
  private final RequestQueue queue;
  private final Timers<ServerCall> deadlines = new Timers<>();
  private final LoadGauge gauge;
  private final @Nullable GradientLimit gradient; // null: as many as there are workers
  private final UsualTime usual = new UsualTime();
  private final StandStill standStill;
  private int running;
  private boolean allAtOnce; // what comes now finds free workers, and need not be queued

  WorkDesk(ServerLimits limits, ServerOutbox out, Answerer answerer, long nowNs) {
    this.limits = limits;
    this.out = out;
    this.answerer = answerer;
    this.gauge = new LoadGauge(nowNs);
    this.standStill = new StandStill(nowNs);
    this.queue = new RequestQueue(limits);
    this.gradient = limits.concurrencyMax() == 0
        ? null
        : new GradientLimit(limits.concurrencyMin(), limits.concurrencyMax());
  }

  int running() {
    return running;
  }

  long nextDueNs() {
    return deadlines.nextDueNs();
  }

  LoadReport load(long nowNs) {
    return gauge.report(queue, running, limit(), nowNs);
  }

  /** Why a good request is not let in; null if it is. */
  @Nullable
  Response objection(ClientSession client, Request request, MethodStats stats, long nowNs) {
    if (allAtOnce) {
      gauge.onRequest(false, nowNs);
      return null;
    }
    Admission.Room room = new Admission.Room(queue, limit(), running, limits);
    Response refusal = Admission.noRoom(client, request, stats, room);
    boolean mayDisplace =
        isFull(refusal) && Admission.lacksRoomOnly(client, request, stats, room, targetNs());
    while (mayDisplace && isFull(refusal) && makeRoom(client, request, room)) {
      refusal = Admission.noRoom(client, request, stats, room);
    }
    if (refusal == null) {
      refusal = Admission.tooLow(client, request, stats, room, targetNs());
    }
    gauge.onRequest(refusal != null, nowNs);
    return refusal;
  }

  private static boolean isFull(@Nullable Response refusal) {
    return refusal != null && refusal.reason() == Reason.QUEUE_FULL;
  }

  /** Who takes most of a full queue gives way to who has little there. */
  private boolean makeRoom(ClientSession client, Request request, Admission.Room room) {
    int bytes = request.bytes();
    ServerCall displaced = room.isFull(bytes) ? queue.displacedBy(client, bytes) : null;
    if (displaced == null) { // or it is the method that has too many
      return false;
    }
    queue.remove(displaced);
    end(displaced);
    gauge.onShed();
    answerer.answer(displaced.client, Answers.displaced(displaced));
    return true;
  }

  /**
   * So many requests, and nothing else, come at once; 0: it is not known. If nothing waits and there
   * are workers for all of them, the queue has no say and is passed by.
   */
  void expect(int requests) {
    allAtOnce = requests > 0 && queue.count() == 0 && limit() - running >= requests;
  }

  /** Lets a call in. */
  void add(ServerCall call, long nowNs) {
    call.found = queue.count() + running;
    call.client.active.add(call);
    deadlines.set(call, call.deadlineNs());
    if (allAtOnce) {
      run(call, nowNs);
    } else {
      call.standAlone();
      queue.add(call);
    }
  }

  /** Starts what free workers can take. To be called after each event. */
  void start(long nowNs) {
    standStill.see(nowNs);
    queue.observe(usual.ns(), nowNs);
    while (running < limit()) {
      ServerCall call = queue.poll();
      if (call == null) {
        return;
      }
      if (call.deadlineNs() <= nowNs) {
        expireQueued(call);
      } else if (queue.count() > 0 && queue.isStale(call, nowNs)) { // else a worker would idle
        shed(call);
      } else {
        run(call, nowNs);
      }
      shedLike(call, nowNs);
      queue.observe(usual.ns(), nowNs);
    }
  }

  /** A handler has ended; it ran for so long, or, if that is 0, from its start until now. */
  void onFinished(ServerCall call, Code code, long ranNs, long nowNs) {
    checkRuns(call);
    standStill.see(nowNs);
    long spanNs = nowNs - call.startedNs;
    gauge.onCompleted(call, code == Code.OK, nowNs);
    if (code == Code.OK && !standStill.wasSince(call.startedNs)) {
      long serviceNs = ranNs > 0 ? ranNs : spanNs;
      call.stats.onSuccess(serviceNs, nowNs);
      usual.add(serviceNs);
      if (gradient != null) {
        gradient.onEnded(spanNs, running);
      }
    }
    running--;
    end(call);
  }

  /** No handler has started after all, perhaps for want of room. */
  void onNotStarted(ServerCall call, boolean forWantOfRoom) {
    checkRuns(call);
    if (forWantOfRoom) {
      gauge.onShed();
    }
    running--;
    end(call);
  }

  private static void checkRuns(ServerCall call) {
    if (call.state != ServerCall.State.RUNNING) {
      throw new IllegalStateException("call " + call.seq() + " ended while " + call.state);
    }
  }

  /** Ends what waits and is too late, and tells the handlers of what runs and is. */
  void expire(long nowNs) {
    ServerCall due;
    while ((due = deadlines.pollDue(nowNs)) != null) {
      if (due.state == ServerCall.State.QUEUED) {
        expireQueued(due);
      } else if (due.state == ServerCall.State.RUNNING) {
        due.answeredEarly = true;
        out.cancelRunning(due);
        answerer.answer(due.client, Answers.expiredRunning(due));
      }
    }
  }

  /** Takes a call back that waits. */
  void takeBack(ServerCall call) {
    queue.remove(call);
    end(call);
  }

  /** Takes back the next that waits; null if none does. */
  @Nullable
  ServerCall takeBackNext() {
    ServerCall call = queue.poll();
    if (call != null) {
      end(call);
    }
    return call;
  }

  private int limit() {
    return gradient == null ? limits.workers() : gradient.limit();
  }

  private long targetNs() {
    return Math.max(limits.codelTargetNs(), usual.ns());
  }

  private void run(ServerCall call, long nowNs) {
    call.state = ServerCall.State.RUNNING;
    call.startedNs = nowNs;
    running++;
    if (call.announcesStart) {
      answerer.answer(call.client, call.started());
    }
    out.invoke(call);
  }

  /** The newest goes first now: what is left behind and too old will not have its turn in time. */
  private void shedLike(ServerCall call, long nowNs) {
    ServerCall old;
    while ((old = queue.oldestLike(call)) != null && queue.isStale(old, nowNs)) {
      queue.remove(old);
      shed(old);
    }
  }

  private void shed(ServerCall call) {
    end(call);
    gauge.onShed();
    answerer.answer(call.client, Answers.shed(call, targetNs()));
  }

  private void expireQueued(ServerCall call) {
    queue.remove(call);
    end(call);
    answerer.answer(call.client, Answers.expiredInQueue(call));
  }

  private void end(ServerCall call) {
    call.state = ServerCall.State.ENDED;
    deadlines.cancel(call);
    call.client.active.remove(call);
  }
}
