package io.meshrpc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys: in files, in texts, and nowhere else. */
class CurveKeysTest {
  // The pair of the ZeroMQ documentation, zmq_curve(7).
  private static final String PUBLIC = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
  private static final String SECRET = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";

  @Test
  void theSecretKeyTellsThePublicOneAsZeroMqDoes() {
    assertThat(CurveKeys.of(SECRET).publicKey()).isEqualTo(PUBLIC);
    assertThat(CurveKeys.of(SECRET).secretKey()).isEqualTo(SECRET);
  }

  @Test
  void eachNewPairIsAnother() {
    assertThat(CurveKeys.generate()).isNotEqualTo(CurveKeys.generate());
  }

  @Test
  void noTextShowsTheSecret() {
    CurveKeys keys = CurveKeys.of(SECRET);

    assertThat(keys).hasToString("CurveKeys[" + PUBLIC + "]");
    assertThat(CurveSecurity.client(keys, PUBLIC).toString()).doesNotContain(SECRET);
    assertThat(CurveSecurity.server(keys, CurveAllowList.of(java.util.Map.of())).toString())
        .doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%c", // too short
        "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%csX", // too long
        "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%c\"", // no digit
        "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cä",
        "#####:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%J" // more than 32 bits
      })
  void whatIsNoKeyIsRefusedWithoutShowingIt(String text) {
    assertThatThrownBy(() -> CurveKeys.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected:")
        .hasMessageNotContaining(text)
        .hasNoCause();
    assertThatThrownBy(() -> CurveSecurity.client(CurveKeys.of(SECRET), text))
        .hasMessageStartingWith("server's public key: ")
        .hasMessageNotContaining(text); // it may be the secret one by mistake
  }

  @Test
  void aPairIsSavedInTwoFilesOfWhichOnlyTheOwnerReadsTheSecretOne(@TempDir Path directory)
      throws IOException {
    CurveKeys keys = CurveKeys.generate();

    keys.save(directory, "orders");

    Path secret = directory.resolve("orders.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
        .isEqualTo("rw-------");
    assertThat(directory.resolve("orders.pub")).hasContent(keys.publicKey());
    assertThat(Files.readString(directory.resolve("orders.pub"))).doesNotContain(keys.secretKey());
    assertThat(CurveKeys.load(secret)).isEqualTo(keys);
    assertThat(CurveKeys.load(secret).secretKey()).isEqualTo(keys.secretKey());
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders.key", "orders.pub"})
  void nothingIsOverwritten(String there, @TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve(there), "precious");

    assertThatThrownBy(() -> CurveKeys.generate().save(directory, "orders"))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining(there);

    assertThat(directory.resolve(there)).hasContent("precious");
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../orders", "", "a/b", "a b", "schlüssel"})
  void aNameThatIsNoneOfAFileIsRefused(String name, @TempDir Path directory) {
    assertThatThrownBy(() -> CurveKeys.generate().save(directory, name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "name: " + name + " (expected: letters, digits, dots, hyphens and underscores)");
  }

  @ParameterizedTest
  @CsvSource({
    "rw-r--r--, false",
    "rw-rw----, false",
    "rw----r--, false",
    "rw-r-----, true",
    "r--------, true",
    "rw-------, true"
  })
  void aSecretThatOthersMayReadIsNotUsed(String permissions, boolean fine, @TempDir Path directory)
      throws IOException {
    CurveKeys.of(SECRET).save(directory, "k");
    Path file = directory.resolve("k.key");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

    if (fine) {
      assertThat(CurveKeys.load(file).publicKey()).isEqualTo(PUBLIC);
    } else {
      assertThatThrownBy(() -> CurveKeys.load(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("secret key file: " + file + ", permissions " + permissions
              + " (expected: rw-------)");
    }
  }

  @Test
  void aFileThatIsMissingEmptyOrNoKeyIsNamed(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("k.key");
    assertThatThrownBy(() -> CurveKeys.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file + " (expected: a file that is there)");

    Files.writeString(file, "");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> CurveKeys.load(file))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("0 characters");

    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThatThrownBy(() -> CurveKeys.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString());

    Files.writeString(file, SECRET + "\n" + SECRET + "\n");
    assertThatThrownBy(() -> CurveKeys.load(file))
        .hasMessageContaining("81 characters")
        .hasMessageNotContaining(SECRET);

    Files.writeString(file, "x".repeat(10_000));
    assertThatThrownBy(() -> CurveKeys.load(file)).hasMessageContaining("10000 bytes");
  }
}
