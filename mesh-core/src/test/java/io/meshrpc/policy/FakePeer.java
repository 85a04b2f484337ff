package io.meshrpc.policy;

import io.meshrpc.api.Idempotency;
import io.meshrpc.api.LoadBalancer.Pick;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/** A candidate that is as loaded as the test says. */
record FakePeer(String endpoint, int inFlight, LoadReport load, long loadAgeNs, double weight)
    implements PeerView {
  static final MethodDescriptor<byte[], byte[]> READ = method("Read");
  static final MethodDescriptor<byte[], byte[]> PAY = method("Pay");

  static FakePeer idle(String endpoint) {
    return busy(endpoint, 0);
  }

  static FakePeer busy(String endpoint, int inFlight) {
    return new FakePeer(endpoint, inFlight, LoadReport.NONE, Long.MAX_VALUE, 1.0);
  }

  FakePeer reports(int queued, int running, long ageNs) {
    LoadReport report = new LoadReport(queued, running, 4, 0, 0, 0, 0);
    return new FakePeer(endpoint, inFlight, report, ageNs, weight);
  }

  FakePeer weighs(double share) {
    return new FakePeer(endpoint, inFlight, load, loadAgeNs, share);
  }

  static Pick pick(List<FakePeer> candidates, RandomGenerator random) {
    return new FakePick(candidates, READ, 1, random);
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    Marshaller<byte[]> raw = new Marshaller<>() {
      @Override
      public byte[] encode(byte[] value) {
        return value;
      }

      @Override
      public byte[] decode(byte[] bytes) {
        return bytes;
      }
    };
    return new MethodDescriptor<>("bench.Bank", name, Idempotency.UNSPECIFIED, raw, raw);
  }

  @Override
  public long oldestAgeNs() {
    return 0;
  }

  @Override
  public String incarnation() {
    return "";
  }

  @Override
  public String name() {
    return "";
  }

  @Override
  public PeerState state() {
    return PeerState.UP;
  }

  @Override
  public String reason() {
    return "";
  }

  @Override
  public Duration roundTrip() {
    return Duration.ZERO;
  }
}
