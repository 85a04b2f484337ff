package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where hosts are: found by other threads, and never by who asks. */
@Timeout(60)
class HostsTest {
  private static final byte[] V4 = {10, 0, 0, 1};
  private static final byte[] V6 = {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

  private final CountDownLatch slow = new CountDownLatch(1);
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>(); // hosts
  private final Hosts hosts = new Hosts("test", this::answer);

  private InetAddress[] answer(String host) throws UnknownHostException {
    asked.add(host);
    InetAddress four = InetAddress.getByAddress(host, V4);
    InetAddress six = InetAddress.getByAddress(host, V6);
    return switch (host) {
      case "both" -> new InetAddress[] {six, four};
      case "two" ->
        new InetAddress[] {InetAddress.getByAddress(host, new byte[] {10, 0, 0, 7}), six, four};
      case "six" -> new InetAddress[] {six};
      case "slow" -> {
        await().until(() -> slow.getCount() == 0);
        yield new InetAddress[] {four};
      }
      default -> throw new UnknownHostException(host);
    };
  }

  @AfterEach
  void end() {
    slow.countDown();
    hosts.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp://10.0.0.1:7400", "tcp://[::1]:7400", "tcp://255.0.29.199:1"})
  void addressesNeedNoAnswer(String endpoint) {
    assertThat(Hosts.isAddress(endpoint)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp://localhost:7400",
        "tcp://a.b:7400",
        "tcp://10.0.0.1.example:1",
        "tcp://999.1.1.1:1",
        "tcp://256.1.1.1:1",
        "tcp://10.1:1"
      })
  void namesDo(String endpoint) {
    assertThat(Hosts.isAddress(endpoint)).isFalse();
  }

  @Test
  void anAddressOfIpv4IsPreferredForServersUsuallyListenThere() {
    hosts.find("tcp://both:7400", told::add, told::add);
    await().until(() -> told.contains("tcp://10.0.0.1:7400"));
    hosts.find("tcp://six:7400", told::add, told::add);
    await().until(() -> told.contains("tcp://[2001:db8:0:0:0:0:0:1]:7400"));
  }

  private String found(String endpoint) {
    told.clear();
    hosts.find(endpoint, told::add, told::add);
    await().until(() -> told.size() == 1);
    return told.get(0);
  }

  @Test
  void ofSeveralAddressesTheNextIsTriedIfNobodyIsReachedAtOne() {
    assertThat(found("tcp://two:1")).isEqualTo("tcp://10.0.0.7:1");
    assertThat(found("tcp://two:1")).isEqualTo("tcp://10.0.0.1:1");
    assertThat(found("tcp://two:1")).isEqualTo("tcp://[2001:db8:0:0:0:0:0:1]:1");
    assertThat(found("tcp://two:1")).isEqualTo("tcp://10.0.0.7:1");
    assertThat(found("tcp://two:1")).isEqualTo("tcp://10.0.0.1:1");
    hosts.reached("tcp://two:1");
    assertThat(found("tcp://two:1")).isEqualTo("tcp://10.0.0.7:1");
  }

  @Test
  void aNameThatIsNotKnownIsToldWithTheName() {
    hosts.find("tcp://nowhere.invalid:7400", found -> {}, told::add);
    await().until(() -> told.contains("the host is not known: nowhere.invalid"));
  }

  @Test
  void aSlowAnswerHoldsUpNeitherWhoAsksNorOtherNames() {
    hosts.find("tcp://slow:1", told::add, told::add);
    hosts.find("tcp://both:2", told::add, told::add);
    await().until(() -> told.contains("tcp://10.0.0.1:2"));
    assertThat(told).hasSize(1);
    slow.countDown();
    await().until(() -> told.contains("tcp://10.0.0.1:1"));
  }

  @Test
  void aNameThatNobodyAnswersForIsAskedForOnceAtATime() {
    List<String> latest = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 1000; i++) { // a client asks every few seconds
      hosts.find("tcp://slow:1", told::add, told::add);
    }
    hosts.find("tcp://slow:1", latest::add, latest::add);
    assertThat(hosts.count()).isLessThanOrEqualTo(1);

    hosts.find("tcp://both:2", told::add, told::add);
    await().until(() -> told.contains("tcp://10.0.0.1:2"));
    slow.countDown();
    await().until(() -> latest.contains("tcp://10.0.0.1:1"));
    assertThat(told).containsExactly("tcp://10.0.0.1:2");
    assertThat(latest).hasSize(1);
  }

  @Test
  void whatNobodyWantsToKnowAnyMoreIsNotAskedFor() {
    List<String> busy = List.of("tcp://slow:1", "tcp://slow:2", "tcp://slow:3", "tcp://slow:4");
    busy.forEach(endpoint -> hosts.find(endpoint, found -> {}, told::add));
    await().until(() -> asked.size() == busy.size());
    hosts.find("tcp://gone:1", told::add, told::add);
    hosts.forget("tcp://gone:1");
    hosts.find("tcp://both:1", told::add, told::add);
    hosts.forget("tcp://both:1");
    hosts.find("tcp://both:1", told::add, told::add);
    slow.countDown();
    await().until(() -> told.contains("tcp://10.0.0.1:1"));
    assertThat(asked).doesNotContain("gone");
    assertThat(told).hasSize(1);
  }
}
