// Long because: all that the server says by itself, in one language, side by side.
import { germanMessages } from './german-messages.ts'
import type { ServerWords } from './server-words.ts'

/** What the server says, in German. */
export const german: ServerWords = {
  messages: germanMessages,

  sentences: {
    new: 'Noch nicht verbunden.',
    awaiting_consent: 'Im Fenster des Anbieters wird auf Zustimmung gewartet.',
    unconfirmed:
      'Jemand hat es über Ihren Link verbunden. Programme bekommen erst Zugriff, wenn Sie bestätigen, dass es die richtige Person war.',
    confirm: 'Sehen Sie nach, wer es verbunden hat, und bestätigen Sie das, oder lehnen Sie es ab.',
    checking: 'Die Zustimmung liegt vor; der Zugriff wird geholt.',
    ok: 'Funktioniert.',
    delayed: 'Der Anbieter ist langsam oder gestört; Programme bekommen weiterhin gültigen Zugriff.',
    degraded: 'Vorübergehend nicht verfügbar: Der Anbieter ist gestört, und der letzte Zugriff ist abgelaufen.',
    paused: 'Angehalten: Programme bekommen keinen Zugriff, und nichts wird erneuert.',
    removed: 'Entfernt: Es ist nicht mehr hier, und Programme bekommen nichts mehr dafür.',
    declined: 'Die Zustimmung wurde beim Anbieter abgelehnt.',
    consent_failed: 'Das Verbinden ist nicht gelungen.',
    provider_asks: 'Der Anbieter verlangt zuerst etwas von der Person.',
    ended_by_provider: 'Der Anbieter hat diese Anmeldung beendet.',
    refresh_interrupted:
      'Eine Erneuerung wurde unterbrochen, bevor ihr Ergebnis gespeichert war, und der Anbieter gibt keine zweite Gelegenheit.',
    wrong_account:
      'Der Anbieter hat auf eine Erneuerung mit dem Zugriff auf ein anderes Konto geantwortet. Er liegt beiseite und wird nicht benutzt.',
    revoked_here: 'Hier getrennt.',
    no_refresh_token: 'Der Anbieter hat nur für begrenzte Zeit Zugriff gegeben, und die ist vorbei.',
    other_client: 'Die Verbindung benutzt jetzt andere Zugangsdaten.',
    connection_error: 'Die Einstellungen der Verbindung müssen geprüft werden.',
    blocked_by_admin: 'Der Anbieter verlangt die Freigabe durch seinen Administrator.',
    connect: 'Verbinden Sie das Konto.',
    reconnect: 'Verbinden Sie das Konto neu; sonst ändert sich nichts.',
    check_connection: 'Öffnen Sie die Verbindung, und lassen Sie sie prüfen.',
    ask_administrator: 'Bitten Sie den Administrator der Organisation beim Anbieter, diese Anwendung zu erlauben.',
    end_it_there:
      'Hier ist sie beendet. Bitten Sie den Besitzer des Kontos, die Berechtigung in den Kontoeinstellungen bei {provider} zurückzunehmen.',
    tried_again: 'Es ist nichts zu tun: Es wird von selbst wieder versucht.',
  },

  problems: {
    INVALID_ARGUMENT: {
      title: 'Ein Wert ist nicht gültig',
      advice: 'Korrigieren Sie den Wert, den die Meldung nennt.',
    },
    UNKNOWN_PROVIDER: {
      title: 'Unbekannter Anbieter',
      advice: 'Wählen Sie einen der Anbieter aus der Liste, oder geben Sie Aussteller oder Endpunkte an.',
    },
    MISSING_PARAMETER: { title: 'Eine Angabe fehlt', advice: 'Geben Sie den Wert an, den die Meldung nennt.' },
    INVALID_PARAMETER: {
      title: 'Eine Angabe hat die falsche Form',
      advice: 'Geben Sie den Wert in der Form an, die die Meldung zeigt.',
    },
    INVALID_SETTING: {
      title: 'Eine Einstellung ist nicht gültig',
      advice: 'Korrigieren Sie die Einstellung des Programms oder Servers, die die Meldung nennt, und starten Sie neu.',
    },
    MISSING_CLIENT_ID: {
      title: 'Die Client-ID fehlt',
      advice: 'Kopieren Sie die Client-ID aus der Entwicklerkonsole des Anbieters.',
    },
    MISSING_CLIENT_SECRET: {
      title: 'Der geheime Clientschlüssel fehlt',
      advice:
        'Kopieren Sie den Clientschlüssel aus der Entwicklerkonsole des Anbieters, oder wählen Sie eine Anwendung ohne Schlüssel.',
    },
    SECRET_FOR_PUBLIC_CLIENT: {
      title: 'Diese Anwendung hat keinen geheimen Schlüssel',
      advice: 'Lassen Sie den Clientschlüssel weg, oder wählen Sie eine Anwendung mit Schlüssel.',
    },
    INVALID_KEY: {
      title: 'Der Schlüssel ist nicht lesbar',
      advice: 'Geben Sie den privaten Schlüssel und sein Zertifikat in der Form an, die die Meldung nennt.',
    },
    CREDENTIAL_UNAVAILABLE: {
      title: 'Die Zugangsdaten sind nicht erreichbar',
      advice:
        'Prüfen Sie, woher die Zugangsdaten der Anwendung kommen: die Datei, die Funktion oder der Schlüsselspeicher, den die Meldung nennt.',
    },
    MISSING_ENDPOINT: {
      title: 'Ein Endpunkt fehlt',
      advice: 'Geben Sie den genannten Endpunkt an, oder einen Aussteller, der ihn veröffentlicht.',
    },
    INSECURE_URL: {
      title: 'Die Adresse ist nicht verschlüsselt',
      advice: 'Verwenden Sie https. Einfaches http ist nur für Adressen auf diesem Computer erlaubt.',
    },
    PRIVATE_ADDRESS: {
      title: 'Diese Adresse ist nicht öffentlich',
      advice:
        'Geben Sie eine öffentliche Adresse an, oder lassen Sie den Betreiber diese in EVERGRANT_PRIVATE_ADDRESSES erlauben.',
    },
    REDIRECT_URI_MISMATCH: {
      title: 'Die Weiterleitungs-URI stimmt nicht überein',
      advice: 'Tragen Sie genau diese Weiterleitungs-URI beim Anbieter ein.',
    },
    DISCOVERY_FAILED: {
      title: 'Die Adressen des Anbieters wurden nicht gefunden',
      advice: 'Prüfen Sie die Adresse des Ausstellers, oder geben Sie die Endpunkte von Hand an.',
    },
    INVALID_CLIENT: {
      title: 'Der Anbieter nimmt die Zugangsdaten nicht an',
      advice:
        'Vergleichen Sie Client-ID, Clientschlüssel und dessen Ablaufdatum mit der Entwicklerkonsole des Anbieters.',
    },
    TOKEN_REQUEST_REFUSED: {
      title: 'Der Anbieter hat die Anfrage abgelehnt',
      advice: 'Lesen Sie die eigenen Worte des Anbieters; sie nennen, was er nicht angenommen hat.',
    },
    STATE_MISMATCH: {
      title: 'Diese Antwort gehört nicht hierher',
      advice: 'Beginnen Sie das Verbinden in diesem Browser von vorn, und beenden Sie es in demselben Browser.',
    },
    AUTHORIZATION_NOT_FOUND: {
      title: 'Dieser Link gilt nicht mehr',
      advice: 'Er wurde schon benutzt oder ist nicht bekannt. Beginnen Sie das Verbinden von vorn.',
    },
    AUTHORIZATION_EXPIRED: {
      title: 'Das hat zu lange gedauert',
      advice: 'Zu viel Zeit ist vergangen. Beginnen Sie das Verbinden von vorn.',
    },
    AUTHORIZATION_REFUSED: {
      title: 'Der Anbieter hat abgelehnt',
      advice: 'Lesen Sie die eigenen Worte des Anbieters, und beginnen Sie dann das Verbinden von vorn.',
    },
    ACCESS_DENIED: {
      title: 'Der Zugriff wurde abgelehnt',
      advice: 'Die Zustimmung wurde beim Anbieter abgelehnt. Beginnen Sie von vorn, und erlauben Sie den Zugriff.',
    },
    CALLBACK_INVALID: {
      title: 'Hier gibt es nichts abzuschließen',
      advice: 'Fügen Sie die ganze Adresse ein, die der Browser nach der Zustimmung gezeigt hat.',
    },
    CODE_REFUSED: {
      title: 'Der Anbieter hat seine Antwort zurückgenommen',
      advice: 'Der Anbieter hat den Code nicht angenommen. Beginnen Sie das Verbinden von vorn.',
    },
    PASSWORD_REFUSED: {
      title: 'Benutzername oder Passwort wurde abgelehnt',
      advice:
        'Prüfen Sie Benutzername und Passwort. Ein Konto mit zweitem Faktor muss anders verbunden werden: über den Browser oder einen Gerätecode.',
    },
    WRONG_ACCOUNT: {
      title: 'Das war ein anderes Konto',
      advice: 'Melden Sie sich beim Anbieter mit dem bisherigen Konto an, oder fügen Sie ein neues Konto hinzu.',
    },
    ISSUER_MISMATCH: {
      title: 'Die Antwort kam von der falschen Stelle',
      advice:
        'Ein anderer Server als der gefragte hat geantwortet. Prüfen Sie den Aussteller, und übergehen Sie das nicht.',
    },
    ID_TOKEN_INVALID: {
      title: 'Der Nachweis der Anmeldung ist nicht gültig',
      advice: 'Prüfen Sie Aussteller, Client-ID und die Uhr dieses Computers.',
    },
    INVALID_ANSWER: {
      title: 'Der Anbieter hat unverständlich geantwortet',
      advice: 'Prüfen Sie den Endpunkt; sonst versuchen Sie es später noch einmal.',
    },
    PROVIDER_UNREACHABLE: {
      title: 'Der Anbieter ist nicht erreichbar',
      advice: 'Prüfen Sie den Namen des Servers, das Netz und den Proxy.',
    },
    PROVIDER_TIMEOUT: {
      title: 'Der Anbieter hat nicht rechtzeitig geantwortet',
      advice: 'Es wird später wieder versucht.',
    },
    PROVIDER_UNAVAILABLE: { title: 'Der Anbieter ist gestört', advice: 'Es wird später wieder versucht.' },
    RATE_LIMITED: {
      title: 'Der Anbieter ist ausgelastet',
      advice: 'Der Anbieter bittet um weniger Anfragen. Es wird wieder versucht, sobald er es erlaubt.',
    },
    CONSENT_REQUIRED: {
      title: 'Neue Zustimmung nötig',
      advice: 'Verbinden Sie das Konto neu; sonst ändert sich nichts.',
    },
    GRANT_NOT_FOUND: { title: 'Das Konto ist nicht verbunden', advice: 'Verbinden Sie zuerst das Konto.' },
    NOT_SUPPORTED: {
      title: 'Das wird nicht unterstützt',
      advice: 'Verwenden Sie stattdessen, was die Meldung nennt.',
    },
    STORE_UNAVAILABLE: {
      title: 'Der Speicher ist nicht erreichbar',
      advice: 'Prüfen Sie, ob der Speicher erreichbar und beschreibbar ist.',
    },
    STORE_CORRUPT: {
      title: 'Gespeichertes ist beschädigt',
      advice:
        'Nichts wurde überschrieben. Stellen Sie die genannte Datei oder den Eintrag aus einer Sicherung wieder her, oder räumen Sie sie beiseite.',
    },
    STORE_READ_ONLY: {
      title: 'Der Speicher ist nur lesbar',
      advice: 'Verwenden Sie einen beschreibbaren Speicher.',
    },
    UNSEAL_FAILED: {
      title: 'Gespeichertes lässt sich nicht entschlüsseln',
      advice: 'Geben Sie den Schlüssel an, mit dem es verschlüsselt wurde. Nichts wurde überschrieben.',
    },
    KEY_UNAVAILABLE: {
      title: 'Der Schlüssel des Speichers ist nicht erreichbar',
      advice: 'Prüfen Sie, ob der genannte Schlüssel erreichbar ist und dieses Programm ihn benutzen darf.',
    },
    TOKEN_MISSING: {
      title: 'Das Zugriffstoken fehlt',
      advice: 'Geben Sie ein Zugriffstoken an, oder etwas, das eines holt.',
    },
    TOKEN_EXPIRED: {
      title: 'Das Zugriffstoken ist abgelaufen',
      advice: 'Geben Sie ein neueres Zugriffstoken an, oder etwas, das eines holt.',
    },
    NOT_AUTHENTICATED: {
      title: 'Zugangsdaten fehlen',
      advice: 'Geben Sie die Zugangsdaten an, die die Meldung nennt.',
    },
    INVALID_DOCUMENT: {
      title: 'Das OpenAPI-Dokument ist nicht gültig',
      advice: 'Korrigieren Sie das OpenAPI-Dokument an der genannten Stelle.',
    },
    HTTP_ERROR: {
      title: 'Die Schnittstelle hat abgelehnt',
      advice: 'Lesen Sie die eigenen Worte der Schnittstelle; sie sagen, was sie nicht angenommen hat.',
    },
    PROGRAM_ERROR: {
      title: 'Eine Funktion des Programms ist gescheitert',
      advice: 'Die Ursache ist deren eigener Fehler; beheben Sie ihn dort.',
    },
    MAIL_SERVERS_UNKNOWN: {
      title: 'Die Mailserver sind nicht bekannt',
      advice: 'Fragen Sie den Mailanbieter nach seinen Servern für IMAP, POP und SMTP, und geben Sie sie von Hand an.',
    },
    MAIL_SERVER_UNREACHABLE: {
      title: 'Der Mailserver ist nicht erreichbar',
      advice: 'Prüfen Sie Name und Port des Mailservers und das Netz.',
    },
    MAIL_NOT_SECURED: {
      title: 'Keine gesicherte Verbindung zum Mailserver',
      advice:
        'Prüfen Sie Port, Verschlüsselung (TLS oder STARTTLS) und Zertifikat des Mailservers. Ungeschützt wird nichts gesendet.',
    },
    MAIL_NOT_ACCEPTED: {
      title: 'Der Mailserver hat die E-Mail nicht angenommen',
      advice:
        'Die Anmeldung hat funktioniert; der Mailserver nimmt diese E-Mail nicht. Lesen Sie die eigenen Worte des Mailservers.',
    },
    MAIL_ANSWER_INVALID: {
      title: 'Der Mailserver hat unverständlich geantwortet',
      advice: 'Prüfen Sie Server, Port und TLS oder STARTTLS.',
    },
    MAIL_LOGIN_REFUSED: {
      title: 'Der Mailserver hat die Anmeldung abgelehnt',
      advice:
        'Lesen Sie die eigenen Worte des Mailservers: Prüfen Sie den Namen des Postfachs, die Berechtigungen und ob das Protokoll für das Postfach erlaubt ist.',
    },
    MAIL_COMMAND_REFUSED: {
      title: 'Das Postfach wurde verweigert',
      advice:
        'Die Anmeldung hat funktioniert, das Postfach nicht. Lesen Sie die eigenen Worte des Mailservers; sein Administrator entscheidet, was das Konto benutzen darf.',
    },
    ABORTED: {
      title: 'Abgebrochen',
      advice: 'Die Anfrage wurde zurückgezogen; was andere brauchen, läuft weiter.',
    },

    INVALID_REQUEST: { title: 'Die Anfrage ist nicht gültig', advice: 'Korrigieren Sie, was die Meldung nennt.' },
    INVALID_JSON: { title: 'Die Anfrage ist kein JSON', advice: 'Senden Sie ein JSON-Objekt (RFC 8259).' },
    UNSUPPORTED_MEDIA_TYPE: {
      title: 'Die Anfrage hat das falsche Format',
      advice: 'Senden Sie JSON mit dem Header „Content-Type: application/json“.',
    },
    SIGN_IN_REQUIRED: { title: 'Anmeldung nötig', advice: 'Melden Sie sich an, und versuchen Sie es noch einmal.' },
    SIGN_IN_FAILED: {
      title: 'Die Anmeldung ist nicht gelungen',
      advice:
        'Prüfen Sie Name und Passwort. Wenn Sie sie vergessen haben, kann Ihnen ein Administrator einen neuen Link geben.',
    },
    API_KEY_REQUIRED: {
      title: 'API-Schlüssel nötig',
      advice:
        'Senden Sie den Header „Authorization: Bearer <API-Schlüssel>“. Schlüssel erstellen Sie unter Einstellungen, API-Schlüssel.',
    },
    API_KEY_INVALID: {
      title: 'Der API-Schlüssel gilt nicht',
      advice: 'Erstellen Sie unter Einstellungen, API-Schlüssel einen neuen.',
    },
    SIGN_IN_PRACTICE: {
      title: 'Nicht über den Übungsanbieter',
      advice: 'Bitten Sie einen Administrator, zum Anmelden eine Verbindung zu einem echten Anbieter zu wählen.',
    },
    SANDBOX_ELSEWHERE: {
      title: 'Der Übungsanbieter ist nicht hier',
      advice:
        'Gehen Sie zurück zu Evergrant, und beginnen Sie noch einmal. Wenn mehrere Prozesse eine gemeinsame Adresse haben: Leiten Sie alles unter /sandbox zu dem, der ihn bereitstellt, oder betreiben Sie nur einen Prozess.',
    },
    REASON_REQUIRED: {
      title: 'Konten anderer Personen',
      advice:
        'Senden Sie auch „reason“ und „password“. Die Besitzer erfahren, wer den Schlüssel erstellt hat und warum.',
    },
    API_KEY_SCOPE: {
      title: 'Nicht für diesen API-Schlüssel',
      advice: 'Erstellen Sie einen Schlüssel, der für dieses Konto gilt.',
    },
    FORBIDDEN: { title: 'Nur für Administratoren', advice: 'Bitten Sie einen Administrator darum.' },
    SETTING_INVALID: {
      title: 'Die Einstellung stimmt nicht',
      advice: 'Berichtigen Sie das genannte Feld.',
    },
    SIGN_IN_UNVERIFIED: {
      title: 'Die E-Mail-Adresse ist nicht bestätigt',
      advice: 'Lassen Sie Ihre E-Mail-Adresse beim Anbieter bestätigen, oder fragen Sie hier einen Administrator.',
    },
    SIGN_IN_NOT_INVITED: {
      title: 'Nicht eingeladen',
      advice: 'Bitten Sie hier einen Administrator, Ihre Adresse einzuladen.',
    },
    SIGN_IN_OTHER_DOMAIN: {
      title: 'Nicht für diese Adresse',
      advice: 'Bitten Sie hier einen Administrator, Sie einzuladen.',
    },
    OWNER_ONLY: {
      title: 'Nur für den Besitzer',
      advice: 'Bitten Sie die Person, der das Konto gehört, es zu verbinden.',
    },
    SIGN_IN_AGAIN: {
      title: 'Bitte melden Sie sich zuerst neu an',
      advice: 'Melden Sie sich ab und wieder an, und wiederholen Sie es innerhalb von zehn Minuten.',
    },
    PASSWORD_WRONG: { title: 'Das Passwort stimmt nicht', advice: 'Geben Sie Ihr eigenes Passwort noch einmal ein.' },
    NOT_FOR_YOURSELF: {
      title: 'Nicht für Sie selbst',
      advice:
        'Ändern Sie Ihr Passwort in Ihrem eigenen Menü, oder bitten Sie einen anderen Administrator um einen Link.',
    },
    INVITATION_INVALID: {
      title: 'Der Link gilt nicht',
      advice:
        'Bitten Sie die Person, von der Sie den Link haben, um einen neuen. Falls Sie damit schon ein Passwort gewählt haben, melden Sie sich damit an.',
    },
    LAST_ADMINISTRATOR: {
      title: 'Der einzige Administrator',
      advice: 'Machen Sie zuerst jemand anderen zum Administrator.',
    },
    CROSS_SITE: {
      title: 'Nicht von unserer eigenen Seite',
      advice: 'Programme benutzen einen API-Schlüssel statt einer Anmeldung.',
    },
    ADDRESS_MISMATCH: {
      title: 'Unter einer anderen Adresse geöffnet',
      advice: 'Öffnen Sie die eigene Adresse des Servers; ein Administrator kann sie mit EVERGRANT_PUBLIC_URL ändern.',
    },
    SETUP_LINK_INVALID: {
      title: 'Der Einrichtungslink gilt nicht',
      advice:
        'Verwenden Sie den Link, den der Server beim Start ausgegeben hat; jeder Start gibt einen aus, bis einer benutzt ist.',
    },
    METRICS_TOKEN_REQUIRED: {
      title: 'Für Messwerte ist ihr Token nötig',
      advice: 'Senden Sie den Header „Authorization: Bearer <EVERGRANT_METRICS_TOKEN>“.',
    },
    METRICS_FOR_THIS_MACHINE: {
      title: 'Messwerte gibt es nur auf diesem Computer',
      advice: 'Lesen Sie sie dort, oder setzen Sie EVERGRANT_METRICS_TOKEN, und senden Sie es mit.',
    },
    NOT_FOUND: { title: 'Nicht gefunden', advice: 'Prüfen Sie Adresse und Kennung.' },
    CONNECT_LINK_INVALID: {
      title: 'Der Link gilt nicht',
      advice: 'Bitten Sie die Person, die Ihnen den Link geschickt hat, um einen neuen.',
    },
    CONNECT_LINK_TAKEN: {
      title: 'Schon woanders geöffnet',
      advice:
        'Machen Sie in dem Browser weiter, in dem Sie den Link zuerst geöffnet haben, oder bitten Sie um einen neuen.',
    },
    ACCOUNT_UNCONFIRMED: {
      title: 'Noch nicht bestätigt',
      advice: 'Wem das Konto gehört, bestätigt auf seiner Seite, wer es verbunden hat.',
    },
    KEY_FOR_ALL_ACCOUNTS: {
      title: 'Der Schlüssel gilt für alle Konten',
      advice:
        'Löschen Sie den ganzen Schlüssel unter Einstellungen, API-Schlüssel, und erstellen Sie einen, der die Konten nennt.',
    },
    CONNECTION_IN_USE: {
      title: 'Konten benutzen diese Verbindung',
      advice: 'Senden Sie mit der Anfrage accounts=delete, wenn sie mit gelöscht werden sollen.',
    },
    ACCOUNT_PAUSED: { title: 'Konto angehalten', advice: 'Setzen Sie das Konto auf seiner Seite fort.' },
    ATTACHMENT_TOO_LARGE: {
      title: 'Der Anhang ist zu groß',
      advice: 'Nehmen Sie dafür ein Mailprogramm.',
    },
    TOO_LARGE: { title: 'Die Anfrage ist zu groß', advice: 'Senden Sie weniger.' },
    TOO_MANY_ATTEMPTS: { title: 'Zu viele Versuche', advice: 'Warten Sie, und versuchen Sie es dann noch einmal.' },
    INTERNAL: {
      title: 'Hier ist etwas schiefgegangen',
      advice: 'Suchen Sie die Anfragenummer im Protokoll des Servers.',
    },
    STARTING: {
      title: 'Der Server startet',
      advice: 'Versuchen Sie es in einer Sekunde noch einmal.',
    },
    SHUTTING_DOWN: {
      title: 'Der Server wird beendet',
      advice: 'Versuchen Sie es in einigen Sekunden noch einmal.',
    },
  },
}
