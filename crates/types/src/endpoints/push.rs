//! Devices that notifications are to be sent to. There is no push service, so none are sent; what devices say is kept.

use crate::endpoint;
use crate::endpoint::Done;

endpoint! {
    /// Registers an Apple device for notifications.
    ///
    /// The token is kept, but nothing is sent to it: the server has no push service.
    AddApnsToken: Post "/users/me/apns_device_token", "add-apns-token", "users", auth Basic => Done;
    AddApnsTokenRequest {
        /// The token that the device was given, in hexadecimal digits.
        token: String,
        /// The app that asks.
        appid: String,
    }
}

endpoint! {
    /// Removes an Apple device.
    RemoveApnsToken: Delete "/users/me/apns_device_token", "remove-apns-token", "users", auth Basic => Done;
    RemoveApnsTokenRequest {
        /// The token that the device was given.
        token: String,
    }
}

endpoint! {
    /// Registers an Android device for notifications.
    ///
    /// The token is kept, but nothing is sent to it: the server has no push service.
    AddFcmToken: Post "/users/me/android_gcm_reg_id", "add-fcm-token", "users", auth Basic => Done;
    AddFcmTokenRequest {
        /// The token that the device was given.
        token: String,
    }
}

endpoint! {
    /// Removes an Android device.
    RemoveFcmToken: Delete "/users/me/android_gcm_reg_id", "remove-fcm-token", "users", auth Basic => Done;
    RemoveFcmTokenRequest {
        /// The token that the device was given.
        token: String,
    }
}

endpoint! {
    /// Sends a test notification to one's devices. Always refused: the server has no push service.
    TestNotify: Post "/mobile_push/test_notification", "test-notify", "mobile", auth Basic
        => Done, fails InvalidPushDeviceToken | PushServiceNotConfigured;
    TestNotifyRequest {
        /// Which device; all if absent.
        token?: String,
    }
}

endpoint! {
    /// Sends a test notification that is encrypted to the end. Always refused: no device can be registered for that.
    E2eeTestNotify: Post "/mobile_push/e2ee/test_notification", "e2ee-test-notify", "mobile", auth Basic
        => Done, fails NoActivePushDevice;
    E2eeTestNotifyRequest {
        /// Which device; all if absent.
        push_account_id?: i64,
    }
}

crate::text_enum! {
    /// Whose service a device is reached by.
    PushTokenKind {
        /// Google's.
        Fcm = "fcm",
        /// Apple's.
        Apns = "apns",
    }
}

endpoint! {
    /// Registers a device for notifications that are encrypted to the end. Always refused: the server has no push service.
    RegisterPushDevice: Post "/mobile_push/register", "register-push-device", "mobile", auth Basic
        => Done, fails PushServiceNotConfigured;
    RegisterPushDeviceRequest {
        /// Whose service the device is reached by.
        token_kind: PushTokenKind,
        /// A number that the device made up.
        push_account_id: i64,
        /// The public key of the device, in base64.
        push_public_key: String,
        /// With which key of the push service the registration was encrypted.
        bouncer_public_key: String,
        /// The registration, for the push service only, in base64.
        encrypted_push_registration: String,
    }
}
