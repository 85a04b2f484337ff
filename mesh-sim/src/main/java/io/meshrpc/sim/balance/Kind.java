package io.meshrpc.sim.balance;

import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MethodDescriptor;
import java.util.random.RandomGenerator;

/**
 * A kind of call.
 *
 * @param method what the balancer sees
 * @param number its place among the scenario's kinds
 * @param share of all calls
 * @param meanNs the mean of the work, in nanoseconds at speed 1
 * @param sigma 0: the work is exponential; else log-normal with this deviation of the logarithm
 */
record Kind(MethodDescriptor<?, ?> method, int number, double share, double meanNs, double sigma) {
  private static final Marshaller<byte[]> NONE = new Marshaller<>() {
    @Override
    public byte[] encode(byte[] value) {
      return value;
    }

    @Override
    public byte[] decode(byte[] bytes) {
      return bytes;
    }
  };

  static Kind of(int number, double share, double meanMs, double sigma) {
    MethodDescriptor<?, ?> method = new MethodDescriptor<>(
        "balance.Model", "Call" + number, Idempotency.NO_SIDE_EFFECTS, NONE, NONE);
    return new Kind(method, number, share, meanMs * 1e6, sigma);
  }

  /** The work of one call. */
  double workNs(RandomGenerator random) {
    return sigma == 0
        ? -meanNs * Math.log(1 - random.nextDouble())
        : meanNs * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
  }
}
