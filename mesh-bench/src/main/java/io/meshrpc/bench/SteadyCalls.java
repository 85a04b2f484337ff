package io.meshrpc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Threads that call without pause, and the log of how each call ended. */
final class SteadyCalls {
  private final BenchClient client;
  private final int callers;
  private final List<Thread> threads = new ArrayList<>();
  private final List<CallLog> logs = new ArrayList<>();
  private final ConcurrentMap<String, String> exampleByCode = new ConcurrentHashMap<>();
  private long beginNs;
  private long markUs = -1;
  private volatile boolean stopped;

  SteadyCalls(BenchClient client, int callers) {
    this.client = client;
    this.callers = callers;
  }

  String start() throws Exception {
    beginNs = System.nanoTime();
    for (int i = 0; i < callers; i++) {
      CallLog log = new CallLog();
      BenchClient.BlockingCaller caller = client.caller();
      Thread thread = new Thread(() -> callWithoutPause(caller, log), "bench-caller-" + i);
      thread.setDaemon(true);
      logs.add(log);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
    return "started";
  }

  private void callWithoutPause(BenchClient.BlockingCaller caller, CallLog log) {
    while (!stopped) {
      long startNs = System.nanoTime();
      boolean success = call(caller);
      long endNs = System.nanoTime();
      log.add((endNs - beginNs) / 1000, (endNs - startNs) / 1000, success);
    }
  }

  private boolean call(BenchClient.BlockingCaller caller) {
    try {
      caller.call();
      return true;
    } catch (Exception e) {
      String text = String.valueOf(e.getMessage());
      exampleByCode.putIfAbsent(text.split(":", 2)[0], text);
      return false;
    }
  }

  /** Notes that something is about to happen. */
  String mark() {
    markUs = nowUs();
    return "marked";
  }

  /** Ends the calls and judges them. */
  FailoverResult finish() throws InterruptedException {
    long endUs = nowUs();
    stopped = true;
    CallLog all = new CallLog();
    for (int i = 0; i < callers; i++) {
      threads.get(i).join();
      all.addAll(logs.get(i));
    }
    exampleByCode
        .values()
        .forEach(text -> System.err.println("a call failed, warm-up included: " + text));
    return FailoverResult.of(all, markUs, endUs);
  }

  private long nowUs() {
    return (System.nanoTime() - beginNs) / 1000;
  }
}
