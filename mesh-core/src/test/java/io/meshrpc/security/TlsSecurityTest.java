package io.meshrpc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.PeerIdentity;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What may be given as keys and trust, and what is said if it cannot be used. */
@Timeout(60)
class TlsSecurityTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("the authority");

  @TempDir
  Path folder;

  @BeforeEach
  void writesFiles() {
    AUTHORITY.write(folder, "ca.pem");
    AUTHORITY.node("one", "one.test").write(folder, "one");
    AUTHORITY.node("two", "two.test").write(folder, "two");
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Path file(String name, String text) {
    return TestAuthority.put(file(name), text);
  }

  private TlsSecurity.Builder with(String chain, String key) {
    return TlsSecurity.builder()
        .certificate(file(chain), file(key))
        .trust(file("ca.pem"))
        .reloadEvery(Duration.ZERO);
  }

  private void refuses(TlsSecurity.Builder builder, String... words) {
    Throwable thrown = catchThrowable(builder::build);
    assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
    assertThat(thrown.getMessage()).contains(words);
  }

  @Test
  void keysOfEveryUsualKindAreTaken() {
    for (String kind : List.of("RSA 2048", "EC 256", "EC 384", "EdDSA 255")) {
      String[] parts = kind.split(" ");
      KeyPair pair = TestAuthority.keys(parts[0], Integer.parseInt(parts[1]));
      Instant now = Instant.now();
      AUTHORITY
          .node("own", pair, now.minusSeconds(60), now.plusSeconds(3600), "own.test")
          .write(folder, "own");
      assertThatCode(() -> with("own.pem", "own.key").build()).as(kind).doesNotThrowAnyException();
    }
  }

  @Test
  void aFileThatIsMissingOrEmptyIsNamed() {
    refuses(with("none.pem", "one.key"), "certificate: ", "none.pem: no such file");
    refuses(with("one.pem", "none.key"), "key: ", "none.key: no such file");
    file("empty.pem", "");
    refuses(with("empty.pem", "one.key"), "empty.pem: no PEM block");
    refuses(with("one.key", "one.key"), "one.key: no certificate");
    refuses(with("one.pem", "one.pem"), "one.pem: no private key");
    refuses(
        TlsSecurity.builder().certificate(file("one.pem"), file("one.key")),
        "trust: no certificate (expected: at least one authority to believe)");
    refuses(TlsSecurity.builder().trust(folder), "trust: ", "a directory");
  }

  @Test
  void aKeyInAnotherFormIsRefusedWithTheWayOut() {
    byte[] some = new byte[100];
    file("locked.key", TestAuthority.pem("ENCRYPTED PRIVATE KEY", some));
    file("old.key", TestAuthority.pem("RSA PRIVATE KEY", some));
    file("noise.key", TestAuthority.pem("PRIVATE KEY", some));
    file("cut.key", "-----BEGIN PRIVATE KEY-----\nabc\n");

    refuses(with("one.pem", "locked.key"), "locked.key: an encrypted key", "openssl pkcs8");
    refuses(with("one.pem", "old.key"), "old.key: a key as RSA PRIVATE KEY", "openssl pkcs8");
    refuses(with("one.pem", "noise.key"), "noise.key: a key that cannot be read");
    refuses(with("one.pem", "cut.key"), "cut.key: a block PRIVATE KEY that is cut off");
  }

  @Test
  void anOldKeyWithAPasswordIsToldFromAFileThatIsNoPem() {
    file("old.key", """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,98CA594591E80129792FFA6D58BF48E8

        MIIEvQIBADANBgkqhkiG9w0BAQEFAASC
        -----END RSA PRIVATE KEY-----
        """);

    refuses(with("one.pem", "old.key"), "old.key: a key as RSA PRIVATE KEY", "openssl pkcs8");
  }

  @Test
  void trustThatIsCutOffIsNotTakenForLessTrust() throws Exception {
    String whole = Files.readString(file("ca.pem"));
    String other = Files.readString(new TestAuthority("other").write(folder, "other.pem"));

    file("ca.pem", whole + other.substring(0, other.length() / 2));
    refuses(with("one.pem", "one.key"), "ca.pem: a block CERTIFICATE that is cut off");
    file("ca.pem", other.substring(0, other.length() / 2) + whole);
    refuses(with("one.pem", "one.key"), "ca.pem: a block CERTIFICATE that is cut off");
    file("ca.pem", "CN=the authority ----- its text\n" + whole + "\n" + other);
    assertThatCode(() -> with("one.pem", "one.key").build()).doesNotThrowAnyException();
  }

  @Test
  void aTrustStoreThatTrustsNobodyIsNamed() throws Exception {
    char[] password = "not so secret".toCharArray();
    KeyStore empty = KeyStore.getInstance("PKCS12");
    empty.load(null, null);
    store(empty, "empty.p12", password);

    refuses(
        with("one.pem", "one.key").trustStore(file("empty.p12"), password),
        "trustStore: ",
        "empty.p12: no certificate that is trusted");
  }

  @Test
  void anRsaKeyThatInsistsOnItsParametersIsTaken() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSASSA-PSS");
    PSSParameterSpec insists =
        new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
    generator.initialize(new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4, insists));
    Instant now = Instant.now();
    AUTHORITY
        .node("own", generator.generateKeyPair(), now.minusSeconds(60), now.plusSeconds(3600))
        .write(folder, "own");

    assertThatCode(() -> with("own.pem", "own.key").build()).doesNotThrowAnyException();
  }

  @Test
  void aKeyThatIsNotThatOfTheCertificateIsRefused() {
    refuses(with("one.pem", "two.key"), "two.key: not that of the certificate");
    KeyPair rsa = TestAuthority.keys("RSA", 2048);
    file("rsa.key", TestAuthority.pem("PRIVATE KEY", rsa.getPrivate().getEncoded()));
    refuses(with("one.pem", "rsa.key"), "rsa.key: not that of the certificate");
  }

  @Test
  void noExceptionAndNoTextShowsAKey() throws Exception {
    String secret =
        Files.readString(file("one.key")).lines().skip(1).findFirst().orElseThrow();
    file("broken.key", Files.readString(file("one.key")).replace("=", "").replace("M", "A"));

    Throwable thrown = catchThrowable(() -> with("one.pem", "broken.key").build());

    for (Throwable at = thrown; at != null; at = at.getCause()) {
      assertThat(at.toString()).doesNotContain(secret.substring(5, 20));
    }
    assertThat(with("one.pem", "one.key").build().toString())
        .contains("CN=one", "one.key")
        .doesNotContain(secret.substring(5, 20));
  }

  @Test
  void keyStoresAreTakenInPlaceOfPem() throws Exception {
    TestAuthority.Node node = AUTHORITY.node("own", "own.test");
    char[] password = "not so secret".toCharArray();
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry("own", node.key(), password, node.chain().toArray(new X509Certificate[0]));
    store(own, "own.p12", password);
    KeyStore trust = KeyStore.getInstance("JKS");
    trust.load(null, null);
    trust.setCertificateEntry(
        "ca", PemFile.read(file("ca.pem"), "ca").certificates().get(0));
    store(trust, "trust.jks", password);

    assertThat(TlsSecurity.builder()
            .keyStore(file("own.p12"), password)
            .trustStore(file("trust.jks"), password)
            .build()
            .hasCertificate())
        .isTrue();
    assertThat(TlsSecurity.builder()
            .keyStore(own, password)
            .trustStore(trust)
            .build()
            .toString())
        .contains("CN=own");

    refuses(
        TlsSecurity.builder().keyStore(file("own.p12"), "wrong".toCharArray()).trustStore(trust),
        "keyStore: ",
        "own.p12",
        "password");
    refuses(
        TlsSecurity.builder().keyStore(trust, password).trustStore(trust),
        "keyStore: ",
        "no private key");
    refuses(TlsSecurity.builder().keyStore(file("none.p12"), password), "none.p12: no such file");
  }

  private void store(KeyStore store, String name, char[] password) throws Exception {
    try (OutputStream out = Files.newOutputStream(file(name))) {
      store.store(out, password);
    }
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> TlsSecurity.builder().handshakesMax(0))
        .hasMessage("handshakesMax: 0 (expected: >= 1)");
    assertThatThrownBy(() -> TlsSecurity.builder().handshakeTimeout(Duration.ZERO))
        .hasMessageContaining("handshakeTimeout: PT0S");
    assertThatThrownBy(() -> TlsSecurity.builder().serverName(""))
        .hasMessageContaining("serverName");
    assertThatThrownBy(() -> with("one.pem", "one.key").certificate(file("a"), file("b")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void changedFilesAreReadAgainAndBrokenOnesAreNot() {
    try (TlsSecurity tls =
        with("one.pem", "one.key").reloadEvery(Duration.ofMillis(20)).build()) {
      AUTHORITY.node("renewed", "one.test").write(folder, "one");
      await().until(() -> tls.toString().contains("CN=renewed"));

      file("one.key", "broken");
      assertThatThrownBy(tls::reload)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one.key");
      assertThat(tls.toString()).contains("CN=renewed");

      AUTHORITY.node("mended", "one.test").write(folder, "one");
      await().until(() -> tls.toString().contains("CN=mended"));
    }
  }

  /** Hears what is logged, and may fail, as the JDK's own does without file descriptors. */
  private static final class Ears extends Handler implements AutoCloseable {
    private final Logger log = Logger.getLogger("io.meshrpc");
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final boolean fails;

    Ears(boolean fails) {
      this.fails = fails;
      log.addHandler(this);
    }

    @Override
    public void publish(LogRecord line) {
      lines.add(line.getMessage());
      if (fails) {
        throw new NoClassDefFoundError("Could not initialize class sun.util.calendar.ZoneInfoFile");
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      log.removeHandler(this);
    }
  }

  @Test
  void aLogThatFailsDoesNotKeepLaterCertificatesFromBeingRead() {
    try (Ears log = new Ears(true);
        TlsSecurity tls =
            with("one.pem", "one.key").reloadEvery(Duration.ofMillis(20)).build()) {
      file("one.key", "broken");
      await().until(() -> !log.lines.isEmpty());

      AUTHORITY.node("mended", "one.test").write(folder, "one");
      await().until(() -> tls.toString().contains("CN=mended"));
    }
  }

  @Test
  void whatGoesWrongAgainInTheSameWayIsToldAgain() throws Exception {
    Path key = folder.resolve("one.key");
    Path aside = folder.resolve("aside.key");
    try (Ears log = new Ears(false);
        TlsSecurity tls = with("one.pem", "one.key").reloadEvery(Duration.ZERO).build()) {
      for (int round = 1; round <= 2; round++) {
        Files.move(key, aside);
        tls.reloadIfChanged();
        tls.reloadIfChanged();
        assertThat(log.lines).hasSize(round);
        Files.move(aside, key);
        tls.reloadIfChanged();
      }
    }
  }

  @Test
  void anIdentityIsItsNamesInWhateverOrderAndOtherwiseItsSubject() throws Exception {
    PeerIdentity one =
        Subject.of(AUTHORITY.node("x", "b.test", "a.test").chain().get(0));
    PeerIdentity same =
        Subject.of(AUTHORITY.node("y", "a.test", "b.test").chain().get(0));
    PeerIdentity nameless = Subject.of(AUTHORITY.node("z").chain().get(0));

    assertThat(one).isEqualTo(same);
    assertThat(one.names()).containsExactly("b.test", "a.test");
    assertThat(one.key()).isEqualTo("dns:a.test dns:b.test");
    assertThat(nameless.names()).isEmpty();
    assertThat(nameless.key()).isEqualTo("subject:CN=z");
  }

  @Test
  void namesThatPassForThoseOfAnotherKindDoNotCount() throws Exception {
    PeerIdentity odd = Subject.of(AUTHORITY
        .node(
            "x",
            "10.0.0.1",
            "good.test",
            "ip:10.0.0.2",
            "spiffe://prod/x",
            "uri:fe80:0:0:0:0:0:0:1")
        .chain()
        .get(0));

    assertThat(odd.names()).containsExactly("good.test", "10.0.0.2", "spiffe://prod/x");
  }
}
