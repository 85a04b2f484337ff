package io.meshrpc.examples;

import io.meshrpc.api.Code;
import io.meshrpc.api.RpcException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Keeps one account. Writes every payment down before it answers. */
final class Bank implements PaymentsMesh.Service {
  private final Duration work;
  private final long largeCents;
  private final ExecutionLog log;
  private final Set<String> paid = new HashSet<>();
  private long balanceCents;

  /** A bank that takes {@code work} for a payment, and six times as long for a large one. */
  Bank(long balanceCents, Duration work, long largeCents, ExecutionLog log) {
    this.balanceCents = balanceCents;
    this.work = work;
    this.largeCents = largeCents;
    this.log = log;
  }

  @Override
  public PayReply pay(PayRequest request) {
    log.append(request.getId());
    linger(request.getCents() >= largeCents ? work.multipliedBy(6) : work);
    return PayReply.newBuilder().setBalanceCents(book(request)).build();
  }

  @Override
  public synchronized FindPaymentReply findPayment(FindPaymentRequest request) {
    return FindPaymentReply.newBuilder().setPaid(paid.contains(request.getId())).build();
  }

  @Override
  public synchronized GetBalanceReply getBalance(GetBalanceRequest request) {
    return GetBalanceReply.newBuilder().setBalanceCents(balanceCents).build();
  }

  private synchronized long book(PayRequest request) {
    if (request.getCents() > balanceCents) {
      throw new RpcException(Code.FAILED_PRECONDITION, balanceCents + " cents left");
    }
    balanceCents -= request.getCents();
    paid.add(request.getId());
    return balanceCents;
  }

  private static void linger(Duration span) {
    long endNs = System.nanoTime() + span.toNanos();
    for (long leftNs = span.toNanos(); leftNs > 0; leftNs = endNs - System.nanoTime()) {
      LockSupport.parkNanos(leftNs);
    }
  }
}
