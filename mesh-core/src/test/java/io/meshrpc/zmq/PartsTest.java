package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client's batch as a server takes it up. */
class PartsTest {
  private static final int ROUTE = 7;

  private final Parts parts = new Parts();

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 65, 128, 129, 1000})
  void manyRequestsAreTakenUpInPartsInTheirOrder(int count) {
    List<Packet> requests = requests(count);
    parts.hold(ROUTE, new Batch(3, 2, null, requests));

    List<Packet> taken = new ArrayList<>();
    while (parts.hasNext()) {
      Batch part = next();
      assertThat(part.session()).isEqualTo(3);
      assertThat(part.ackBelow()).isEqualTo(2);
      assertThat(part.packets()).hasSizeBetween(1, 64);
      taken.addAll(part.packets());
    }
    assertThat(taken).isEqualTo(requests);
  }

  @Test
  void aBatchOfOtherKindsStaysWhole() {
    List<Packet> packets = requests(100);
    packets.set(50, new Ping(1));
    Batch batch = new Batch(3, 2, null, packets);
    parts.hold(ROUTE, batch);

    assertThat(next()).isSameAs(batch);
    assertThat(parts.hasNext()).isFalse();
  }

  @Test
  void anEmptyBatchIsTakenUpToo() {
    Batch batch = new Batch(3, 2, null, List.of());
    parts.hold(ROUTE, batch);

    assertThat(next()).isSameAs(batch);
    assertThat(parts.hasNext()).isFalse();
  }

  @Test
  void aBatchThatComesInBetweenIsTakenUpAfterTheOneBefore() {
    parts.hold(ROUTE, new Batch(3, 2, null, requests(150)));
    assertThat(next().packets()).hasSize(64);
    parts.hold(8, new Batch(4, 2, null, requests(70)));

    assertThat(next().packets()).hasSize(64);
    assertThat(next().packets()).hasSize(22);
    assertThat(next(8).packets()).hasSize(64);
    assertThat(next(8).packets()).hasSize(6);
    assertThat(parts.hasNext()).isFalse();
  }

  @Test
  void whatIsLeftOfAConnectionThatIsGoneIsNotTakenUp() {
    parts.hold(ROUTE, new Batch(3, 2, null, requests(150)));
    assertThat(next().packets()).hasSize(64);
    parts.hold(8, new Batch(4, 2, null, requests(70)));
    parts.forget(ROUTE);

    assertThat(next(8).packets()).hasSize(64);
    parts.forget(8);
    assertThat(parts.hasNext()).isFalse();
    parts.hold(ROUTE, new Batch(3, 2, null, requests(65)));
    assertThat(next().packets()).hasSize(64);
  }

  private Batch next() {
    return next(ROUTE);
  }

  private Batch next(long route) {
    Parts.Part part = parts.next();
    assertThat(part.route()).isEqualTo(route);
    return part.batch();
  }

  private static List<Packet> requests(int count) {
    List<Packet> requests = new ArrayList<>();
    for (int seq = 1; seq <= count; seq++) {
      requests.add(
          new Request(seq, 1, 1, 1000, Priority.NORMAL, true, false, Metadata.EMPTY, new byte[0]));
    }
    return requests;
  }
}
