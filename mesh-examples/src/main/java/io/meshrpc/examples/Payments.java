package io.meshrpc.examples;

import io.meshrpc.MeshClient;
import io.meshrpc.MeshServer;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A method that must not run twice, and the four things that a failure may say about it. */
final class Payments {
  private static final Duration WORK = Duration.ofMillis(100);
  private static final long LARGE_CENTS = 2_000; // from here on the bank takes a second look

  private Payments() {}

  /** Runs the example. */
  public static void main(String[] args) {
    Bank bank = new Bank(10_000, WORK, LARGE_CENTS, ExecutionLog.NONE);
    try (MeshServer server = MeshServer.builder()
            .bind("tcp://127.0.0.1:*")
            .addService(PaymentsMesh.bind(bank))
            .workers(1)
            .build()
            .start();
        MeshClient mesh = MeshClient.builder().connect(server.endpoint()).build();
        MeshClient lost = MeshClient.builder().connect("tcp://127.0.0.1:1").build()) {
      PaymentsMesh.Client payments = PaymentsMesh.client(mesh);
      System.out.println("paid, left: " + payments.pay(payment("p1", 500)).getBalanceCents());

      // No server: the request never left, and the exception names who was asked and why not.
      attempt(PaymentsMesh.client(lost).withDeadline(Duration.ofMillis(300)), "p2", 500);

      // The handler answered with a failure of its own: the work is known.
      attempt(payments, "p3", 1_000_000);

      // The only worker is busy, and the deadline is near: refused at the door.
      CompletableFuture<PayReply> busy = payments.payAsync(payment("p4", LARGE_CENTS));
      RetryPolicy once = RetryPolicy.DEFAULT.withMaxAttempts(1);
      CallOptions hasty =
          CallOptions.DEFAULT.withDeadline(Duration.ofMillis(50)).withRetry(once);
      attempt(payments.withOptions(hasty), "p5", 500);
      busy.join();

      // The deadline passes while the handler runs. The mesh does not guess: ask.
      attempt(payments.withDeadline(Duration.ofMillis(400)), "p6", LARGE_CENTS);
      boolean paid = payments
          .findPayment(FindPaymentRequest.newBuilder().setId("p6").build())
          .getPaid();
      System.out.println("p6 was paid after all: " + paid);
    }
  }

  private static void attempt(PaymentsMesh.Client payments, String id, long cents) {
    try {
      payments.pay(payment(id, cents));
      System.out.println(id + ": paid");
    } catch (RpcException e) {
      String advice = switch (e.execution()) {
        case NOT_SENT, NOT_EXECUTED -> "not paid for sure, try again whenever you like";
        case EXECUTED -> "the bank decided, and said so";
        case UNKNOWN -> "may be paid, ask before you pay again";
      };
      System.out.printf("%s: %s, %s: %s%n", id, e.status(), e.execution(), advice);
    }
  }

  private static PayRequest payment(String id, long cents) {
    return PayRequest.newBuilder().setId(id).setCents(cents).build();
  }
}
