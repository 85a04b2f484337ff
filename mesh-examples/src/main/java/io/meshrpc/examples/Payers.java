package io.meshrpc.examples;

import io.meshrpc.api.Execution;
import io.meshrpc.api.MeshCaller;
import io.meshrpc.api.RpcException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Threads that call a method which is not idempotent, each time with an id of its own, and keep what
 * they were told about it, for comparison with what the servers did.
 */
final class Payers implements AutoCloseable {
  private record Told(Execution execution, String text) {}

  private final PaymentsMesh.Client payments;
  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, Told> told = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  private Payers(MeshCaller mesh) {
    payments = PaymentsMesh.client(mesh).withDeadline(LoadGenerator.DEADLINE);
  }

  /** Starts this many payers. */
  static Payers start(MeshCaller mesh, int count) {
    Payers payers = new Payers(mesh);
    for (int i = 0; i < count; i++) {
      String name = "payer-" + i;
      Thread thread = new Thread(() -> payers.payWithoutPause(name), name);
      payers.threads.add(thread);
      thread.setDaemon(true); // whatever goes wrong, the process can end
      thread.start();
    }
    return payers;
  }

  long paid() {
    return told.values().stream().filter(one -> one.text().isEmpty()).count();
  }

  /** Stops paying; returns when the last call has ended. */
  @Override
  public void close() {
    stopped = true;
    threads.forEach(Joining::join);
  }

  /** Judges what was told by what was executed. To be asked when all servers have ended. */
  Verdict judge(Map<String, Integer> executions) {
    List<String> duplicates = new ArrayList<>();
    executions.forEach((id, times) -> {
      if (times > 1) {
        duplicates.add(id + " was executed " + times + " times, told: " + told.get(id));
      }
    });
    List<String> lies = new ArrayList<>();
    Map<Execution, Long> failures = new EnumMap<>(Execution.class);
    told.forEach((id, one) -> {
      boolean executed = executions.containsKey(id);
      boolean honest = switch (one.execution()) {
        case NOT_SENT, NOT_EXECUTED -> !executed;
        case EXECUTED -> executed;
        case UNKNOWN -> true;
      };
      if (!honest) {
        lies.add(id + (executed ? " was" : " was not") + " executed, told: " + one);
      }
      if (!one.text().isEmpty()) {
        failures.merge(one.execution(), 1L, Long::sum);
      }
    });
    return new Verdict(told.size(), failures, duplicates, lies);
  }

  private void payWithoutPause(String name) {
    for (int i = 0; !stopped; i++) {
      String id = name + "-" + i;
      told.put(id, pay(id));
    }
  }

  private Told pay(String id) {
    try {
      payments.pay(PayRequest.newBuilder().setId(id).setCents(1).build());
      return new Told(Execution.EXECUTED, "");
    } catch (RpcException e) {
      return new Told(e.execution(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * What the servers' logs say about the calls.
   *
   * @param calls how many there were
   * @param failures how many failed, by what was said of their work
   * @param duplicates ids that were executed more than once
   * @param lies ids of which the wrong thing was said
   */
  record Verdict(
      int calls, Map<Execution, Long> failures, List<String> duplicates, List<String> lies) {}
}
